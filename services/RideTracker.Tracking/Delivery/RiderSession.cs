using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using RideTracker.Tracking.Delivery.Seen;
using RideTracker.Tracking.FanOut;
using RideTracker.Tracking.Hosting.Handover;

namespace RideTracker.Tracking.Delivery;

/// <summary>One open stream from its first state to its end: takes from the mailbox, writes at the client's pace.</summary>
/// <param name="stream">The stream; closed when the session ends.</param>
/// <param name="view">What it shows; disposed of when the session ends.</param>
/// <param name="streams">The node's streams.</param>
/// <param name="metrics">Where deliveries are counted.</param>
/// <param name="seen">Where it counts what the client shows.</param>
public sealed class RiderSession(RiderStream stream, RiderView view, RiderStreams streams, DeliveryMetrics metrics, SeenLedger seen)
{
    // A request or two that were sent ahead, as HTTP/1.1 allows, are well below it.
    private const long MostHeardBytes = 64 * 1024;

    private RiderTransport? _transport;

    /// <summary>Runs the stream, or only begins it where it can go on without its request (<see cref="ConnectionHandover"/>).</summary>
    /// <param name="context">The request.</param>
    /// <param name="first">The first state, if the client must get one.</param>
    /// <param name="time">The clock.</param>
    public Task RunAsync(HttpContext context, StateFrame? first, TimeProvider time)
    {
        if (stream.Strategy != Strategy.Sse) return RunWebSocketAsync(context, first, time);
        if (ConnectionHandover.Of(context) is { } handover) return BeginAsync(context, handover, first);
        _transport = new SseTransport(context, framed: false, stream, streams);
        return RunAsync(first, context.RequestAborted);
    }

    private async Task RunWebSocketAsync(HttpContext context, StateFrame? first, TimeProvider time)
    {
        System.Net.WebSockets.WebSocket? accepted = null;
        try
        {
            accepted = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        }
        finally
        {
            if (accepted is null) await EndAsync();
        }

        using var socket = accepted;
        _transport = new WebSocketTransport(socket, stream, streams, seen, time);
        await RunAsync(first, context.RequestAborted);
    }

    private async Task RunAsync(StateFrame? first, CancellationToken cancellationToken)
    {
        var open = false;
        try
        {
            open = await TryOpenAsync(first, cancellationToken);
        }
        finally
        {
            if (!open) await EndAsync();
        }

        if (open) await DeliverAsync(cancellationToken);
    }

    private async Task BeginAsync(HttpContext context, ConnectionHandover handover, StateFrame? first)
    {
        var taken = false;
        try
        {
            _transport = new SseTransport(context, framed: true, stream, streams);
            if (!await TryOpenAsync(first, context.RequestAborted)) return;
            handover.Take(GoOnAsync);
            taken = true;
        }
        finally
        {
            if (!taken) await EndAsync();
        }
    }

    private Task GoOnAsync(ConnectionContext connection)
    {
        stream.GoOn(connection.Abort);
        ((SseTransport)_transport!).GoOn(connection.Transport.Output);
        _ = ListenAsync(connection.Transport.Input);
        // No token: whoever listens to the client hears the connection's end, too.
        return DeliverAsync(CancellationToken.None);
    }

    // A client of an event stream has nothing to say until it leaves, which is heard here first: when thousands leave and come back at once, the files of
    // the old connections must be free before the new ones take theirs. What it sends all the same is not kept, and too much of it ends the stream.
    private async Task ListenAsync(PipeReader input)
    {
        try
        {
            for (var heard = 0L; heard <= MostHeardBytes;)
            {
                var read = await input.ReadAsync(CancellationToken.None);
                heard += read.Buffer.Length;
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }

            stream.Mailbox.Disconnect();
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException || IsBroken(failure))
        {
            // Reset, or ended by this side.
            stream.Mailbox.Disconnect();
        }
    }

    private async ValueTask EndAsync()
    {
        await view.DisposeAsync();
        streams.Close(stream);
    }

    private async ValueTask<bool> TryOpenAsync(StateFrame? first, CancellationToken cancellationToken)
    {
        try
        {
            await _transport!.OpenAsync(first, cancellationToken);
            if (first is null) return true;
            metrics.Written(stream.Strategy);
            if (first.EndReason is { } already) stream.Mailbox.Close(new Goodbye(GoodbyeKind.End, already));
            first.Release();
            return true;
        }
        catch (Exception failure) when (IsBroken(failure))
        {
            return false;
        }
    }

    // Until the end, which it also clears up after: one task for all of it, since there is one for each stream.
    private async Task DeliverAsync(CancellationToken cancellationToken)
    {
        var mailbox = stream.Mailbox;
        var transport = _transport!;
        await using var aborted = cancellationToken.UnsafeRegister(static state => ((Mailbox)state!).Close(Goodbye.Disconnected), mailbox);
        try
        {
            while (true)
            {
                var mail = await mailbox.TakeAsync();
                var waiting = mail.Frame ?? await view.NextAsync(cancellationToken);
                if (waiting is { } offered)
                {
                    var frame = view.Prepare(offered);
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
        catch (Exception failure) when (IsBroken(failure))
        {
            // The connection broke while something was written: nobody is left to be told.
            return;
        }
        finally
        {
            await EndAsync();
        }
    }

    private static bool IsBroken(Exception failure) =>
        failure is OperationCanceledException or System.Net.WebSockets.WebSocketException or IOException or ObjectDisposedException;
}
