using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Generator;

/// <summary>A rider that asks again and again on one connection: at once after each answer (long polling), or when it is told to.</summary>
internal sealed class PollingRider(Poller poller, RiderPlan plan, Deliveries deliveries, int index) : Rider(poller, plan, deliveries, index, keepsCursor: true)
{
    private HttpReader _http;
    private long _stampWhenAsked;
    private bool _isAwaiting;

    /// <summary>Answers that it got.</summary>
    public long Answers { get; private set; }

    /// <summary>Answers that brought no newer state than it had.</summary>
    public long AnswersWithoutNews { get; private set; }

    /// <summary>Asks, unless the last answer is still to come.</summary>
    /// <returns>Whether it did.</returns>
    public bool TryPoll()
    {
        if (_isAwaiting || !IsOpen) return false;
        _isAwaiting = true;
        _stampWhenAsked = LastStamp;
        Ask();
        return true;
    }

    protected override void OnConnected()
    {
        _http.Restart();
        _isAwaiting = false;
        TryPoll();
    }

    protected override void OnBytes(ReadOnlySpan<byte> bytes)
    {
        while (_http.Next(ref bytes, out var body) is not HttpPiece.None and var piece)
        {
            if (piece == HttpPiece.Body) Scan(body);
            if (piece == HttpPiece.End || (piece is HttpPiece.Head or HttpPiece.Body && _http.IsAtEnd)) OnAnswer();
        }
    }

    private void OnAnswer()
    {
        _isAwaiting = false;
        Answers++;
        if (LastStamp <= _stampWhenAsked) AnswersWithoutNews++;
        if (_http.Status is not (200 or 304))
        {
            Refusal = $"HTTP {_http.Status}";
            return;
        }

        IsReady = true;
        if (Plan.Wire == RiderWire.LongPoll) TryPoll();
    }
}
