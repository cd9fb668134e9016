using RideTracker.Protocol.Fixes;

namespace RideTracker.Client.Buffering;

/// <summary>Keeps every fix until it is settled, and says which to send next.</summary>
/// <remarks>Bounded: when full, the oldest waiting fix gives way and is counted. Thread-safe.</remarks>
internal sealed class FixBuffer(int capacity, TimeSpan resendWindow, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Ring<BufferedFix> _waiting = new();
    private readonly HashSet<FixReport> _underWay = [];
    private readonly Ring<(long Timestamp, DriverFix Fix)> _settled = new();
    private int _fixesUnderWay;
    private long _buffered;
    private bool _newestFirst;

    /// <summary>Fixes given, and fixes that gave way.</summary>
    public long Reported { get; private set; }

    public long Dropped { get; private set; }

    /// <summary>Fixes not settled for the first time yet.</summary>
    public long Buffered
    {
        get { lock (_lock) return _buffered; }
    }

    /// <summary>Whether nothing waits or is under way, repeats included.</summary>
    public bool IsEmpty
    {
        get { lock (_lock) return _waiting.Count + _fixesUnderWay == 0; }
    }

    public void Add(in DriverFix fix)
    {
        lock (_lock)
        {
            Reported++;
            _buffered++;
            _waiting.AddLast(new(fix, Again: false));
            MakeRoom();
        }
    }

    /// <summary>The next report, or null when nothing waits: oldest first, but the newest fix alone right after a reconnect.</summary>
    public FixReport? Take(int mostFixes)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0) return null;
            var report = new FixReport(_newestFirst ? [_waiting.RemoveAt(Newest())] : TakeOldest(mostFixes));
            _newestFirst = false;
            _underWay.Add(report);
            _fixesUnderWay += report.Fixes.Length;
            return report;
        }
    }

    /// <summary>Lets go of a settled report, but remembers what the hub took in case it loses it.</summary>
    /// <param name="rejected">Places of the fixes that the server refused.</param>
    /// <returns>How many of its fixes had been settled before; null when it is no longer under way.</returns>
    public int? Settle(FixReport report, IReadOnlySet<int> rejected)
    {
        lock (_lock)
        {
            if (!_underWay.Remove(report)) return null;
            _fixesUnderWay -= report.Fixes.Length;
            var again = 0;
            var now = time.GetTimestamp();
            for (var i = 0; i < report.Fixes.Length; i++)
            {
                if (report.Fixes[i].Again) again++;
                else _buffered--;
                if (!rejected.Contains(i)) _settled.AddLast((now, report.Fixes[i].Fix));
            }

            while (_settled.Count > capacity || (_settled.Count > 0 && time.GetElapsedTime(_settled[0].Timestamp, now) > resendWindow)) _settled.RemoveFirst();
            return again;
        }
    }

    /// <summary>Puts a report back that was not settled.</summary>
    public void Return(FixReport report)
    {
        lock (_lock)
        {
            if (!_underWay.Remove(report)) return;
            _fixesUnderWay -= report.Fixes.Length;
            PutBack(report.Fixes);
        }
    }

    /// <summary>Puts everything back that is under way, and begins with the newest fix: a new connection knows of no report.</summary>
    public void BeginConnection()
    {
        lock (_lock)
        {
            PutBack([.. _underWay.SelectMany(r => r.Fixes)]);
            _underWay.Clear();
            _fixesUnderWay = 0;
            // One fix alone is its own newest.
            _newestFirst = _waiting.Count > 1;
        }
    }

    /// <summary>Queues again, before the rest, what was settled within the window: the hub may have lost it.</summary>
    public void SendSettledAgain()
    {
        lock (_lock)
        {
            var again = _settled.ToArray().Where(s => time.GetElapsedTime(s.Timestamp) <= resendWindow).Select(s => new BufferedFix(s.Fix, Again: true)).ToArray();
            _settled.Refill([]);
            PutBack(again);
        }
    }

    private BufferedFix[] TakeOldest(int mostFixes)
    {
        // Repeats travel apart from the rest, so that the server's counts say which is which.
        var again = _waiting[0].Again;
        var count = 1;
        while (count < Math.Min(mostFixes, _waiting.Count) && _waiting[count].Again == again) count++;
        var fixes = new BufferedFix[count];
        for (var i = 0; i < count; i++) fixes[i] = _waiting.RemoveFirst();
        return fixes;
    }

    private int Newest()
    {
        var newest = _waiting.Count - 1;
        for (var i = newest - 1; i >= 0; i--)
        {
            if (_waiting[i].Fix.FixTimeMs > _waiting[newest].Fix.FixTimeMs) newest = i;
        }

        return newest;
    }

    private void PutBack(BufferedFix[] fixes)
    {
        if (fixes.Length == 0) return;
        var all = fixes.Concat(_waiting.ToArray()).OrderBy(f => f.Fix.FixTimeMs).ToArray();
        _waiting.Refill(all);
        MakeRoom();
    }

    private void MakeRoom()
    {
        while (_waiting.Count > 0 && _waiting.Count + _fixesUnderWay > capacity)
        {
            if (_waiting.RemoveFirst().Again) continue;
            _buffered--;
            Dropped++;
        }
    }
}
