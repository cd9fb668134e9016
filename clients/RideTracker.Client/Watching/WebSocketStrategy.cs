using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using RideTracker.Client.Doors;

namespace RideTracker.Client.Watching;

/// <summary>The same states over a WebSocket: token in a header, cursor in the query.</summary>
internal static class WebSocketStrategy
{
    // A dispatcher's viewport of ten thousand cars is about a megabyte.
    private const int LargestFrameBytes = 16 * 1024 * 1024;

    public static async Task<Outcome> RunAsync(IRiderLink link, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(link.Time, link.OpenTimeout, cancellationToken);
        WebSocket? socket = null;
        try
        {
            var token = await link.TokenAsync(deadline.Token).ConfigureAwait(false);
            var address = DoorSocket.Secure(link.Resource(link.Cursor is { } cursor ? $"cursor={Uri.EscapeDataString(cursor)}" : null));
            // No pings of our own: the server's `alive` and the deadline tell a dead line.
            (socket, var status) = await DoorSocket.ConnectAsync(address, token, subprotocol: null, keepAlive: false, deadline.Token).ConfigureAwait(false);
            if (socket is null)
            {
                return status == HttpStatusCode.Unauthorized
                    ? Outcome.Token(RiderEndReason.Unauthorized)
                    : await RiderHttp.ProbeAsync(link, $"The handshake was answered by {(int)status}.", deadline.Token).ConfigureAwait(false);
            }

            return await ReadAllAsync(link, socket, deadline).ConfigureAwait(false);
        }
        catch (Exception e) when (RiderHttp.IsTrouble(e, cancellationToken))
        {
            if (socket is null) return Outcome.Unreachable(deadline.Passed ? "The server did not answer in time." : e.GetBaseException().Message);
            return deadline.Passed ? Outcome.Silent() : Outcome.Dropped(why: e.Message);
        }
        finally
        {
            socket?.Dispose();
        }
    }

    private static async Task<Outcome> ReadAllAsync(IRiderLink link, WebSocket socket, Deadline deadline)
    {
        var buffer = new byte[4096];
        var length = 0;
        TimeSpan? drain = null;
        while (true)
        {
            deadline.Set(link.Capabilities.Silence);
            ValueWebSocketReceiveResult part;
            try
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), deadline.Token).ConfigureAwait(false);
            }
            catch (WebSocketException e) when (drain is not null)
            {
                // The node told that it goes, and its farewell was lost.
                return Outcome.Told(drain, e.Message);
            }

            if (part.MessageType == WebSocketMessageType.Close)
            {
                await FarewellAsync(socket, deadline).ConfigureAwait(false);
                return Outcome.OfClose((int?)socket.CloseStatus, socket.CloseStatusDescription, drain);
            }

            length += part.Count;
            if (!part.EndOfMessage)
            {
                if (length >= LargestFrameBytes) throw new InvalidDataException($"The server sent a frame of more than {LargestFrameBytes} bytes.");
                if (length == buffer.Length) Array.Resize(ref buffer, length * 2);
                continue;
            }

            var (end, told) = Handle(link, buffer.AsSpan(0, length));
            length = 0;
            drain = told ?? drain;
            if (end is null) continue;
            await FarewellAsync(socket, deadline).ConfigureAwait(false);
            return end;
        }
    }

    private static (Outcome? End, TimeSpan? Drain) Handle(IRiderLink link, ReadOnlySpan<byte> text)
    {
        var frame = JsonSerializer.Deserialize(text, RiderJson.Default.StreamFrame) ?? throw new JsonException("The server sent null.");
        if (frame.Cursor is not null) link.State(text);
        else if (frame.End is { } end) return (Outcome.OfEnd(end.Reason), null);
        else link.Heard();
        return (null, frame.Drain is { } drain ? TimeSpan.FromMilliseconds(Math.Clamp(drain.ReconnectAfterMs, 0, 3_600_000)) : null);
    }

    private static async Task FarewellAsync(WebSocket socket, Deadline deadline)
    {
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The other side is gone already: nothing is owed to it.
            return;
        }
    }
}
