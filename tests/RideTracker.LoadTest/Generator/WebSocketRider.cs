using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Generator;

/// <summary>A rider on a WebSocket.</summary>
internal sealed class WebSocketRider(Poller poller, RiderPlan plan, Deliveries deliveries, int index, bool keepsCursor) : Rider(poller, plan, deliveries, index, keepsCursor)
{
    private HttpReader _http;
    private WebSocketReader _socket;

    protected override void OnConnected()
    {
        _http.Restart();
        _socket.Restart();
        base.OnConnected();
    }

    protected override void OnBytes(ReadOnlySpan<byte> bytes)
    {
        while (_http.Next(ref bytes, out var body) is not HttpPiece.None and var piece)
        {
            if (piece == HttpPiece.Head)
            {
                if (_http.Status != 101)
                {
                    Refusal = $"HTTP {_http.Status}";
                    continue;
                }

                if (Plan.AfterUpgrade.Length > 0) TrySend(Plan.AfterUpgrade);
                IsReady = true;
            }
            else if (piece == HttpPiece.Body && IsReady)
            {
                OnFrames(body);
            }
        }
    }

    private void OnFrames(ReadOnlySpan<byte> bytes)
    {
        Span<byte> pong = stackalloc byte[WebSocketFrame.MaxHeader + 125];
        while (_socket.TryNext(ref bytes, out var opcode, out var payload))
        {
            switch (opcode)
            {
                case 8:
                    Refusal ??= "closed by the server";
                    End(0);
                    return;
                case 9:
                    var header = WebSocketFrame.WriteHeader(pong, WebSocketFrame.PongOpcode, payload.Length);
                    payload.CopyTo(pong[header..]);
                    TrySend(pong[..(header + payload.Length)]);
                    break;
                case 1 when Plan.Ping is { } ping && payload.SequenceEqual(ping):
                    TrySend(Plan.Pong);
                    break;
                case 1 or 2:
                    Scan(payload);
                    break;
            }
        }
    }
}
