using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using RideTracker.Tracking.FanOut;

namespace RideTracker.Tracking.Delivery;

/// <summary>Server-sent events (WHATWG HTML 9.2).</summary>
public sealed class SseTransport(HttpContext context, RiderStream stream, RiderStreams streams) : RiderTransport(stream, streams)
{
    private static readonly byte[] Alive = "event: alive\ndata: {}\n\n"u8.ToArray();

    private readonly PipeWriter _body = context.Response.BodyWriter;

    /// <summary>Answers a connect that must not fail for good although nothing can be streamed now: 200, a delay, and a close.</summary>
    public static async Task ComeBackAsync(HttpContext context, int retryMs)
    {
        Begin(context);
        await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {retryMs}\n\n")), context.RequestAborted);
    }

    public override ValueTask OpenAsync(StateFrame? first, CancellationToken cancellationToken)
    {
        Begin(context);
        var retry = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {Streams.RetryMs}\n"));
        _body.Write(retry);
        // A resumed client that has the present state learns at once that it is connected.
        _body.Write(first is null ? Alive : first.Event.Span);
        return Timed(FlushAsync());
    }

    public override async Task CloseAsync(Goodbye goodbye, CancellationToken cancellationToken)
    {
        switch (goodbye.Kind)
        {
            case GoodbyeKind.End:
                _body.Write(Encoding.ASCII.GetBytes($"event: end\ndata: {{\"reason\":\"{goodbye.Reason}\"}}\n\n"));
                break;
            case GoodbyeKind.Drain:
                _body.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {goodbye.RetryMs}\n\n")));
                break;
            default:
                return;
        }

        await Timed(FlushAsync());
    }

    protected override ValueTask WriteStateAsync(StateFrame frame)
    {
        _body.Write(frame.Event.Span);
        return FlushAsync();
    }

    protected override ValueTask WriteAliveAsync()
    {
        _body.Write(Alive);
        return FlushAsync();
    }

    private static void Begin(HttpContext context)
    {
        var headers = context.Response.Headers;
        context.Response.ContentType = "text/event-stream";
        headers.CacheControl = "no-cache";
        // For nginx and those who follow it: pass each event on at once.
        headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    // Without a token: a connection that breaks ends the flush, and a token would be registered for each.
    private async ValueTask FlushAsync()
    {
        var result = await _body.FlushAsync(CancellationToken.None);
        if (result.IsCompleted) Stream.Mailbox.Close(Goodbye.Disconnected);
    }
}
