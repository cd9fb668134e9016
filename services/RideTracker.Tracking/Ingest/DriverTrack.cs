using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>What this node remembers of a driver to check its next report. Safe for threads: several connections may share it.</summary>
/// <remarks>
/// It runs ahead of the hub: a fix that passed counts as accepted at once, so that reports need not wait for one another. Where the hub then says
/// otherwise (another node moved the driver on, a call failed) the track is read again before the next check.
/// </remarks>
internal sealed class DriverTrack(DriverId driver, IngestOptions options)
{
    private readonly Lock _gate = new();
    private FixBucket _bucket = new(options.FixesPerSecond, options.FixBurst);
    private DriverFix? _newest;
    private NewPlace _newPlace;

    // The fix that confirmed a new place: it may come again, if the hub could not be reached, and is no jump then either.
    private DriverFix? _confirmed;
    private int _underWay;
    private bool _mustLoad = true;

    public DriverId Driver => driver;

    /// <summary>Whether the hub must be asked before the next check.</summary>
    public bool MustLoad
    {
        get { lock (_gate) return _mustLoad; }
    }

    /// <summary>The newest fix that passed or that the hub has.</summary>
    public DriverFix? Newest
    {
        get { lock (_gate) return _newest; }
    }

    /// <summary>Used by <see cref="DriverTracks"/> only, under its own lock on this object.</summary>
    public int Holders { get; set; }

    /// <summary>Used by <see cref="DriverTracks"/> only: removed, not to be used by anyone new.</summary>
    public bool Retired { get; set; }

    /// <summary>When its last holder let go (Unix ms).</summary>
    public long IdleSinceMs { get; set; }

    /// <summary>Takes fixes out of the driver's rate; zero if it may send them now, else how long to wait.</summary>
    public TimeSpan Take(int count, long nowMs)
    {
        lock (_gate) return _bucket.Take(count, nowMs);
    }

    /// <summary>Checks a report, in the order of its times, against what is known of the driver.</summary>
    /// <param name="fixes">In any order.</param>
    /// <param name="nowMs">The server's clock, Unix ms.</param>
    public CheckedReport Check(ReadOnlySpan<DriverFix> fixes, long nowMs)
    {
        var report = new CheckedReport();
        CheckInto(report, fixes, nowMs);
        return report;
    }

    /// <summary>The same, into a report that is used again.</summary>
    public void CheckInto(CheckedReport into, ReadOnlySpan<DriverFix> fixes, long nowMs)
    {
        into.Begin(driver, fixes.Length);
        var order = ByTime(fixes);
        lock (_gate)
        {
            for (var i = 0; i < fixes.Length; i++)
            {
                var index = order is null ? i : order[i].Index;
                ref readonly var fix = ref fixes[index];
                // A late fix has no fix before it that could be known here, and is never a jump.
                var late = _newest is { } newest && fix.FixTimeMs <= newest.FixTimeMs;
                var reason = FixChecks.Find(in fix, late ? null : _newest, options.Checks, nowMs);
                if (reason == RejectReason.Jump && (fix == _confirmed || _newPlace.Confirms(in fix, options.Checks)))
                {
                    reason = null;
                    _confirmed = fix;
                }

                if (reason is { } why)
                {
                    into.Refuse(index, why);
                }
                else if (into.TryPass(in fix, index) && !late)
                {
                    _newest = fix;
                    _newPlace = default;
                }
            }

            if (into.Passed is not null) _underWay++;
        }

        into.End();
    }

    /// <summary>The hub took a report that <see cref="Check"/> passed.</summary>
    public void Taken(in HubVerdict verdict)
    {
        lock (_gate)
        {
            _underWay--;
            // What the hub refused is not to be known here either.
            if (_newest is not { } newest || verdict.NewestFixTimeMs > newest.FixTimeMs || verdict.OffDuty is not null) _mustLoad = true;
        }
    }

    /// <summary>A report that <see cref="Check"/> passed did not reach the hub, and nobody tries again.</summary>
    public void Lost()
    {
        lock (_gate)
        {
            _underWay--;
            _mustLoad = true;
        }
    }

    /// <summary>The hub must be asked before the next check.</summary>
    public void Distrust()
    {
        lock (_gate) _mustLoad = true;
    }

    /// <summary>What the hub knows of the driver.</summary>
    public void Load(DriverFix? newest)
    {
        lock (_gate)
        {
            _mustLoad = false;
            // What is under way is newer than what the hub could know.
            if (_underWay > 0 && _newest?.FixTimeMs >= (newest?.FixTimeMs ?? 0)) return;
            // The hub's copy is rounded: the same time is the same fix.
            if (_newest?.FixTimeMs != newest?.FixTimeMs) _newPlace = default;
            _newest = newest;
        }
    }

    // Reports come in order nearly always: then there is nothing to sort.
    private static (long TimeMs, int Index)[]? ByTime(ReadOnlySpan<DriverFix> fixes)
    {
        var ordered = true;
        for (var i = 1; i < fixes.Length && ordered; i++) ordered = fixes[i - 1].FixTimeMs <= fixes[i].FixTimeMs;
        if (ordered) return null;
        var order = new (long, int)[fixes.Length];
        for (var i = 0; i < order.Length; i++) order[i] = (fixes[i].FixTimeMs, i);
        // By time, then by place: of two with the same time the first wins.
        Array.Sort(order);
        return order;
    }
}
