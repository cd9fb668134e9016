using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using RideTracker.Tracking.Delivery.Seen;
using RideTracker.Tracking.FanOut;

namespace RideTracker.Tracking.Delivery;

/// <summary>A rider's WebSocket: states out, pings and what the client shows in.</summary>
public sealed class WebSocketTransport(WebSocket socket, RiderStream stream, RiderStreams streams, SeenLedger seen, TimeProvider time) : RiderTransport(stream, streams)
{
    private const int MaxMessageBytes = 4_096;

    private static readonly byte[] Alive = "{\"alive\":true}"u8.ToArray();

    private Task _receiving = Task.CompletedTask;

    public override async ValueTask OpenAsync(StateFrame? first, CancellationToken cancellationToken)
    {
        _receiving = ReceiveAsync(cancellationToken);
        // A resumed client that has the present state learns at once that it is connected.
        await (first is null ? AliveAsync() : WriteAsync(first));
    }

    public override async Task CloseAsync(Goodbye goodbye, CancellationToken cancellationToken)
    {
        var (message, code) = goodbye switch
        {
            { Kind: GoodbyeKind.Drain } => ($"{{\"drain\":{{\"reconnectAfterMs\":{goodbye.RetryMs.ToString(CultureInfo.InvariantCulture)}}}}}", 1001),
            { Kind: GoodbyeKind.Breach } => (null, 1008),
            { Kind: GoodbyeKind.TooBig } => (null, 1009),
            { Kind: GoodbyeKind.End, Reason: "token-expired" } => (End(goodbye), 4401),
            { Kind: GoodbyeKind.End, Reason: "token-revoked" } => (End(goodbye), 4403),
            { Kind: GoodbyeKind.End } => (End(goodbye), 1000),
            _ => ((string?)null, 1000),
        };
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;
        if (message is not null && socket.State == WebSocketState.Open) await Timed(SendAsync(Encoding.ASCII.GetBytes(message)));
        await Timed(new ValueTask(socket.CloseOutputAsync((WebSocketCloseStatus)code, goodbye.Reason, cancellationToken)));
        // The client's own close frame, so that the connection ends in order; a client that sends none is not waited for.
        await Task.WhenAny(_receiving, Task.Delay(TimeSpan.FromSeconds(2), time, cancellationToken));
    }

    protected override ValueTask WriteStateAsync(StateFrame frame) => SendAsync(frame.Json);

    protected override ValueTask WriteAliveAsync() => SendAsync(Alive);

    protected override ValueTask WritePongAsync(byte[] value) =>
        SendAsync((byte[])[.. "{\"pong\":"u8, .. value, (byte)'}']);

    private static string End(Goodbye goodbye) => $"{{\"end\":{{\"reason\":\"{goodbye.Reason}\"}}}}";

    private ValueTask SendAsync(ReadOnlyMemory<byte> text) =>
        socket.SendAsync(text, WebSocketMessageType.Text, true, CancellationToken.None);

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        var goodbye = Goodbye.Disconnected;
        try
        {
            while (true)
            {
                // An idle connection holds no buffer: wait for data with an empty read first.
                await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken);
                var buffer = new byte[MaxMessageBytes];
                var length = 0;
                ValueWebSocketReceiveResult result;
                do
                {
                    result = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
                    length += result.Count;
                }
                while (!result.EndOfMessage && length < MaxMessageBytes);
                if (result.MessageType == WebSocketMessageType.Close) break;
                if (!result.EndOfMessage)
                {
                    goodbye = Goodbye.TooBig;
                    break;
                }

                if (result.MessageType == WebSocketMessageType.Text && RiderFrame.TryRead(buffer.AsSpan(0, length), out var frame))
                {
                    if (frame.Ping is { } ping) Stream.Mailbox.OfferPong(ping);
                    if (frame.SeenMs is { } age) seen.Count(Stream.Jti.Length > 0 ? Stream.Jti : Stream, new SeenReport(age, Strategy.WebSocket));
                    continue;
                }

                goodbye = Goodbye.Breach;
                break;
            }
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // The connection broke: the stream ends without a word.
            goodbye = Goodbye.Disconnected;
        }

        Stream.Mailbox.Close(goodbye);
    }
}
