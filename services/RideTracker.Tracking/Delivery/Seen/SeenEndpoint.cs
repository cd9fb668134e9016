using Microsoft.Net.Http.Headers;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;

namespace RideTracker.Tracking.Delivery.Seen;

/// <summary><c>POST /v1/seen</c>: a client tells how old the picture is that it shows, where no WebSocket carries it.</summary>
public sealed class SeenEndpoint(SeenLedger ledger)
{
    private const int MaxBytes = 256;

    public async Task ServeAsync(HttpContext context)
    {
        var caller = context.GetCaller();
        if (caller.Role == Role.Driver)
        {
            await Problems.Forbidden.WriteAsync(context, "A driver's token opens no live view.");
            return;
        }

        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            await Problems.UnsupportedMediaType.WriteAsync(context, "Content-Type: must be application/json.");
            return;
        }

        if (context.Request.ContentLength > MaxBytes)
        {
            await Problems.TooLarge.WriteAsync(context, $"The body has more than {MaxBytes} bytes.");
            return;
        }

        var body = new byte[MaxBytes + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
        if (length > MaxBytes)
        {
            await Problems.TooLarge.WriteAsync(context, $"The body has more than {MaxBytes} bytes.");
            return;
        }

        if (SeenReport.Read(body.AsSpan(0, length), out var report) is { } error)
        {
            await Problems.MalformedBody.WriteAsync(context, error);
            return;
        }

        // One that did not count is answered alike: the client has done nothing wrong, others may look by the same link.
        ledger.Count(caller.Jti.Length > 0 ? caller.Jti : caller.Subject, in report);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
