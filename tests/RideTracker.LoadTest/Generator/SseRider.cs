using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Generator;

/// <summary>A rider on a stream of server-sent events.</summary>
internal sealed class SseRider(Poller poller, RiderPlan plan, Deliveries deliveries, int index, bool keepsCursor) : Rider(poller, plan, deliveries, index, keepsCursor)
{
    private HttpReader _http;

    protected override void OnConnected()
    {
        _http.Restart();
        base.OnConnected();
    }

    protected override void OnBytes(ReadOnlySpan<byte> bytes)
    {
        while (_http.Next(ref bytes, out var body) is not HttpPiece.None and var piece)
        {
            switch (piece)
            {
                case HttpPiece.Head when _http.Status == 200:
                    IsReady = true;
                    break;
                case HttpPiece.Head:
                    Refusal = $"HTTP {_http.Status}";
                    break;
                case HttpPiece.Body when IsReady:
                    Scan(body);
                    break;
            }
        }
    }
}
