namespace RideTracker.Tracking.Ingest;

/// <summary>How many fixes a driver may send now: a token bucket. Not safe for threads: its <see cref="DriverTrack"/> holds the lock.</summary>
internal struct FixBucket(int perSecond, int burst)
{
    private double _level = burst;
    private long _filledMs;

    /// <summary>Takes fixes out of the bucket if it holds them, else says how long to wait for them and takes none.</summary>
    /// <param name="count">Number of fixes, up to the burst.</param>
    /// <param name="nowMs">The server's clock, Unix ms.</param>
    public TimeSpan Take(int count, long nowMs)
    {
        // A clock that was set back must not stop the filling until it has caught up.
        var elapsedMs = Math.Max(0, nowMs - _filledMs);
        _level = Math.Min(burst, _level + elapsedMs * (perSecond / 1000.0));
        _filledMs = nowMs;
        if (_level < count) return TimeSpan.FromMilliseconds(Math.Ceiling((count - _level) * 1000.0 / perSecond));
        _level -= count;
        return TimeSpan.Zero;
    }
}
