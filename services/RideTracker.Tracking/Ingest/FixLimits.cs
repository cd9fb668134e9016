namespace RideTracker.Tracking.Ingest;

/// <summary>What a fix must keep to. Section <c>Ingest:Checks</c>.</summary>
public sealed record FixLimits
{
    /// <summary>Degrees north or south, up to 85.05 (Web Mercator, Redis GEO).</summary>
    public double MaxLatitude { get; init; } = 85.05;

    /// <summary>How far a fix may be ahead of the server's clock.</summary>
    public TimeSpan MaxAhead { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How old a fix may be; less than the history's retention.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The worst accuracy that is taken, in metres.</summary>
    public double MaxAccuracyMeters { get; init; } = 200;

    /// <summary>The highest speed between two fixes, in metres per second.</summary>
    public double MaxSpeedMps { get; init; } = 90;
}
