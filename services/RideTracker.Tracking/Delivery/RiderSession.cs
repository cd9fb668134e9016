using RideTracker.Tracking.FanOut;

namespace RideTracker.Tracking.Delivery;

/// <summary>Runs one open stream from its first state to its end: takes from the mailbox, writes at the client's pace.</summary>
public static class RiderSession
{
    /// <param name="context">The request.</param>
    /// <param name="stream">Its stream.</param>
    /// <param name="streams">The node's streams.</param>
    /// <param name="metrics">Where deliveries are counted.</param>
    /// <param name="time">The clock.</param>
    /// <param name="first">The first state, if the client must get one.</param>
    /// <param name="prepare">Sees each state but the first before it is written and may put another in its place.</param>
    /// <param name="next">For streams that are not handed their states: asked at each signal whether there is one.</param>
    public static async Task RunAsync(
        HttpContext context, RiderStream stream, RiderStreams streams, DeliveryMetrics metrics, TimeProvider time, StateFrame? first, Func<StateFrame, StateFrame> prepare,
        Func<CancellationToken, ValueTask<StateFrame?>>? next = null)
    {
        var cancellationToken = context.RequestAborted;
        if (stream.Strategy == Strategy.Sse)
        {
            await RunAsync(new SseTransport(context, stream, streams), stream, metrics, first, prepare, next, cancellationToken);
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        await RunAsync(new WebSocketTransport(socket, stream, streams, time), stream, metrics, first, prepare, next, cancellationToken);
    }

    private static async Task RunAsync(
        RiderTransport transport, RiderStream stream, DeliveryMetrics metrics, StateFrame? first, Func<StateFrame, StateFrame> prepare,
        Func<CancellationToken, ValueTask<StateFrame?>>? next, CancellationToken cancellationToken)
    {
        var mailbox = stream.Mailbox;
        await using var aborted = cancellationToken.UnsafeRegister(static state => ((Mailbox)state!).Close(Goodbye.Disconnected), mailbox);
        try
        {
            await transport.OpenAsync(first, cancellationToken);
            if (first is not null)
            {
                metrics.Written(stream.Strategy);
                if (first.EndReason is { } already) mailbox.Close(new Goodbye(GoodbyeKind.End, already));
                first.Release();
                first = null;
            }

            while (true)
            {
                var mail = await mailbox.TakeAsync();
                var waiting = mail.Frame ?? (next is null ? null : await next(cancellationToken));
                if (waiting is { } offered)
                {
                    var frame = prepare(offered);
                    if (!ReferenceEquals(frame, offered)) offered.Release();
                    await transport.WriteAsync(frame);
                    metrics.Written(stream.Strategy);
                    stream.Postpone();
                    var end = frame.EndReason;
                    frame.Release();
                    if (end is not null) mailbox.Close(new Goodbye(GoodbyeKind.End, end));
                }
                else if (mail.Alive)
                {
                    await transport.AliveAsync();
                }

                if (mail.Pong is { } value) await transport.PongAsync(value);
                if (mail.Goodbye is not { } goodbye) continue;
                await transport.CloseAsync(goodbye, cancellationToken);
                return;
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or System.Net.WebSockets.WebSocketException or IOException or ObjectDisposedException)
        {
            // The connection broke while something was written: nobody is left to be told.
            return;
        }
    }
}
