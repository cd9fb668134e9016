using System.Globalization;
using RideTracker.Hosting;
using RideTracker.Tracking.FanOut;

namespace RideTracker.Tracking.Delivery;

/// <summary>Writes the answers of polls, and the headers that all live answers share.</summary>
public static class LiveAnswers
{
    public static TimeSpan HubRetry { get; } = TimeSpan.FromSeconds(1);

    /// <summary>The headers of every answer of a live resource.</summary>
    public static void Begin(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Vary = "Accept, Prefer, Authorization";
        headers.CacheControl = "private, no-cache";
    }

    public static void PreferenceApplied(HttpContext context, int waitSeconds) =>
        context.Response.Headers["Preference-Applied"] = string.Create(CultureInfo.InvariantCulture, $"wait={waitSeconds}");

    public static async Task StateAsync(HttpContext context, StateFrame frame)
    {
        context.Response.Headers.ETag = $"\"{frame.Cursor}\"";
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = frame.Json.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(frame.Json, context.RequestAborted);
    }

    public static void NotModified(HttpContext context, string cursor)
    {
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        context.Response.Headers.ETag = $"\"{cursor}\"";
    }

    /// <summary>The hub is away: polls are told to try again; a new event stream gets a delay and a close, since any other status would end it for good.</summary>
    public static Task HubAwayAsync(HttpContext context, Strategy strategy, int retryMs) => strategy == Strategy.Sse
        ? SseTransport.ComeBackAsync(context, retryMs)
        : Problems.HubUnavailable.WriteAsync(context, "The hub does not answer; try again after the delay.", HubRetry);

    public static Task OverloadedAsync(HttpContext context, Strategy strategy, int retryMs) => strategy == Strategy.Sse
        ? SseTransport.ComeBackAsync(context, retryMs)
        : Problems.Overloaded.WriteAsync(context, "This node has as many streams as it may (Delivery:MaxStreams); try again after the delay.", TimeSpan.FromMilliseconds(retryMs));

    /// <summary>Ends a held poll for another reason than a state or its deadline.</summary>
    public static Task InterruptedAsync(HttpContext context, Goodbye goodbye, string cursor)
    {
        switch (goodbye.Kind)
        {
            case GoodbyeKind.End:
                return Problems.Unauthorized.WriteAsync(context, goodbye.Reason == "token-revoked" ? "The token was revoked." : "The token has expired.");
            case GoodbyeKind.Drain:
                context.Response.Headers.RetryAfter = Math.Ceiling(goodbye.RetryMs / 1000.0).ToString(CultureInfo.InvariantCulture);
                NotModified(context, cursor);
                return Task.CompletedTask;
            default:
                return Task.CompletedTask;
        }
    }
}
