using RideTracker.Protocol.Fixes;

namespace RideTracker.Client.Buffering;

/// <summary>Adds up what the server said of the fixes it settled. Thread-safe.</summary>
internal sealed class SettlementLedger
{
    /// <summary>The reason for fixes in a report that the server settled but could not read.</summary>
    public const string Unreadable = "unreadable";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _rejected = [];
    private long _accepted;
    private long _duplicates;
    private long _resettled;
    private long _sent;

    public void AddSent(int fixes)
    {
        lock (_lock) _sent += fixes;
    }

    /// <summary>Enters an Ack for the fixes that it settled.</summary>
    /// <param name="settled">Fixes in the settled reports.</param>
    /// <param name="again">How many of them had been settled before.</param>
    public void Add(Ack ack, int settled, int again)
    {
        lock (_lock)
        {
            _accepted += ack.Accepted;
            _duplicates += ack.Duplicates;
            _resettled += again;
            foreach (var rejection in ack.Rejected) AddRejected(rejection.Reason, 1);
            var unreadable = settled - ack.Accepted - ack.Duplicates - ack.Rejected.Count;
            if (unreadable > 0) AddRejected(Unreadable, unreadable);
        }
    }

    public DriverCounters Snapshot(FixBuffer buffer, long reconnects)
    {
        lock (_lock)
        {
            return new()
            {
                Reported = buffer.Reported,
                Sent = _sent,
                Accepted = _accepted,
                Duplicates = _duplicates,
                Rejected = _rejected.Values.Sum(),
                RejectedByReason = new SortedDictionary<string, long>(_rejected, StringComparer.Ordinal),
                Dropped = buffer.Dropped,
                Buffered = buffer.Buffered,
                Resettled = _resettled,
                Reconnects = reconnects,
            };
        }
    }

    private void AddRejected(string reason, long count) => _rejected[reason] = _rejected.GetValueOrDefault(reason) + count;
}
