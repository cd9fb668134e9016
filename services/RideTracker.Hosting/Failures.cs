using Microsoft.AspNetCore.Diagnostics;

namespace RideTracker.Hosting;

/// <summary>Gives answers that nobody wrote a body for the form of a problem: what the server refused, unknown addresses, and our own bugs.</summary>
public static class Failures
{
    public static WebApplication UseFailures(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            // Bad requests are the client's business; only what is ours is an error in the log.
            SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException,
            StatusCodeSelector = failure => failure is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError,
            ExceptionHandler = context =>
            {
                var failure = context.Features.Get<IExceptionHandlerFeature>()?.Error;
                return failure is BadHttpRequestException bad
                    ? Of(bad.StatusCode).WriteAsync(context, bad.Message)
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
