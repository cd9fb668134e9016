using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using RideTracker.Tracking.FanOut;
using RideTracker.Tracking.Hosting.Handover;

namespace RideTracker.Tracking.Delivery;

/// <summary>Server-sent events (WHATWG HTML 9.2).</summary>
/// <param name="context">The request.</param>
/// <param name="framed">The answer's chunks (RFC 9112 section 7.1) are written here, not by the server, so that it can go on without the server.</param>
/// <param name="stream">The stream.</param>
/// <param name="streams">The node's streams.</param>
public sealed class SseTransport(HttpContext context, bool framed, RiderStream stream, RiderStreams streams) : RiderTransport(stream, streams)
{
    private static readonly byte[] Alive = "event: alive\ndata: {}\n\n"u8.ToArray();

    private HttpContext? _context = context;
    private PipeWriter _body = context.Response.BodyWriter;

    /// <summary>Answers a connect that must not fail for good although nothing can be streamed now: 200, a delay, and a close.</summary>
    public static async Task ComeBackAsync(HttpContext context, int retryMs)
    {
        Begin(context);
        await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {retryMs}\n\n")), context.RequestAborted);
    }

    public override ValueTask OpenAsync(StateFrame? first, CancellationToken cancellationToken)
    {
        Begin(_context!);
        if (framed)
        {
            _context!.Response.Headers.TransferEncoding = "chunked";
            // It is closed when the stream ends (docs/adr/0010): nobody is to keep it for another request.
            _context.Response.Headers.Connection = "close";
        }

        _context = null;
        var retry = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {Streams.RetryMs}\n"));
        // A resumed client that has the present state learns at once that it is connected.
        return Timed(WriteAsync(retry, first is null ? Alive : first.Event.Span));
    }

    /// <summary>The request has ended; the answer goes on by the connection itself.</summary>
    public void GoOn(PipeWriter output) => _body = output;

    public override async Task CloseAsync(Goodbye goodbye, CancellationToken cancellationToken)
    {
        switch (goodbye.Kind)
        {
            case GoodbyeKind.End:
                await Timed(WriteAsync([], Encoding.ASCII.GetBytes($"event: end\ndata: {{\"reason\":\"{goodbye.Reason}\"}}\n\n")));
                break;
            case GoodbyeKind.Drain:
                await Timed(WriteAsync([], Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {goodbye.RetryMs}\n\n"))));
                break;
            default:
                break;
        }

        if (!framed) return;
        HttpChunk.WriteLast(_body);
        await Timed(FlushAsync());
    }

    protected override ValueTask WriteStateAsync(StateFrame frame) => WriteAsync([], frame.Event.Span);

    protected override ValueTask WriteAliveAsync() => WriteAsync([], Alive);

    private static void Begin(HttpContext context)
    {
        var headers = context.Response.Headers;
        context.Response.ContentType = "text/event-stream";
        headers.CacheControl = "no-cache";
        // For nginx and those who follow it: pass each event on at once.
        headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    private ValueTask WriteAsync(ReadOnlySpan<byte> head, ReadOnlySpan<byte> text)
    {
        if (framed)
        {
            HttpChunk.Write(_body, head, text);
        }
        else
        {
            _body.Write(head);
            _body.Write(text);
        }

        return FlushAsync();
    }

    // Without a token: a connection that breaks ends the flush, and a token would be registered for each.
    private async ValueTask FlushAsync()
    {
        var result = await _body.FlushAsync(CancellationToken.None);
        if (result.IsCompleted) Stream.Mailbox.Close(Goodbye.Disconnected);
    }
}
