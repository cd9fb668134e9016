namespace RideTracker.Tracking.Ingest;

/// <summary>How long to wait before the next try: doubles up to a limit, spread so that not all connections come at once.</summary>
internal struct Retry(IngestOptions options)
{
    private TimeSpan _delay = options.MinRetryDelay;

    /// <summary>The next wait: half of it fixed, half by chance.</summary>
    public TimeSpan Next()
    {
        var delay = _delay * (0.5 + Random.Shared.NextDouble() / 2);
        _delay = _delay * 2 < options.MaxRetryDelay ? _delay * 2 : options.MaxRetryDelay;
        return delay;
    }
}
