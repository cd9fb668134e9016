using System.Data.Common;
using Microsoft.AspNetCore.Diagnostics;

namespace RideTracker.Hosting;

/// <summary>Gives answers that nobody wrote a body for the form of a problem: what the server refused, unknown addresses, and our own bugs.</summary>
public static class Failures
{
    private static readonly TimeSpan DatabaseRetry = TimeSpan.FromSeconds(2);

    public static WebApplication UseFailures(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            // Bad requests are the client's business, and of a database that is away its own connection tells; only what is ours is an error in the log.
            SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException || IsDatabaseAway(context.Exception),
            StatusCodeSelector = failure => failure is BadHttpRequestException bad ? bad.StatusCode
                : IsDatabaseAway(failure) ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError,
            ExceptionHandler = context =>
            {
                var failure = context.Features.Get<IExceptionHandlerFeature>()?.Error;
                return failure is BadHttpRequestException bad ? Of(bad.StatusCode).WriteAsync(context, bad.Message)
                    : failure is not null && IsDatabaseAway(failure)
                    ? Problems.DatabaseUnavailable.WriteAsync(context, "The database can't be reached now. Whether the request was done is not known: send it again, with its Idempotency-Key where it has one.", DatabaseRetry)
                    : Problems.Internal.WriteAsync(context, "The server failed; the log says more.");
            },
        });
        app.UseStatusCodePages(context =>
        {
            var status = context.HttpContext.Response.StatusCode;
            return Of(status).WriteAsync(context.HttpContext, status switch
            {
                StatusCodes.Status405MethodNotAllowed => $"{context.HttpContext.Request.Method} is not a method of this address.",
                StatusCodes.Status415UnsupportedMediaType => "Content-Type: is not one that this address reads.",
                _ => $"No resource at {context.HttpContext.Request.Path}.",
            });
        });
        return app;
    }

    // Engines say themselves what passes; what uses them wraps it.
    private static bool IsDatabaseAway(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is DbException { IsTransient: true }) return true;
        }

        return false;
    }

    private static Problem Of(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Problems.Unauthorized,
        StatusCodes.Status403Forbidden => Problems.Forbidden,
        StatusCodes.Status404NotFound => Problems.NotFound,
        StatusCodes.Status405MethodNotAllowed => Problems.MethodNotAllowed,
        StatusCodes.Status413PayloadTooLarge => Problems.TooLarge,
        StatusCodes.Status415UnsupportedMediaType => Problems.UnsupportedMediaType,
        StatusCodes.Status426UpgradeRequired => Problems.UpgradeRequired,
        >= 500 => Problems.Internal,
        _ => new Problem("bad-request", status, "The request can't be served."),
    };
}
