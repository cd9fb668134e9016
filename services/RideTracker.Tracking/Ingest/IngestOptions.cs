namespace RideTracker.Tracking.Ingest;

/// <summary>How drivers may report. Section <c>Ingest</c>.</summary>
public sealed record IngestOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Ingest";

    /// <summary>What each fix must keep to.</summary>
    public FixLimits Checks { get; init; } = new();

    /// <summary>Most fixes in one report.</summary>
    public int MaxReportFixes { get; init; } = 500;

    /// <summary>Most bytes in one report.</summary>
    public int MaxReportBytes { get; init; } = 128 * 1024;

    /// <summary>Fixes a second that a driver may send for long.</summary>
    public int FixesPerSecond { get; init; } = 500;

    /// <summary>Fixes that a driver may send at once, such as a backlog after a tunnel.</summary>
    public int FixBurst { get; init; } = 10_000;

    /// <summary>Reports of one plain WebSocket without an Ack yet; then it reads no further.</summary>
    public int MaxReportsInFlight { get; init; } = 64;

    /// <summary>Fixes in those reports.</summary>
    public int MaxFixesInFlight { get; init; } = 2_000;

    /// <summary>SignalR calls of one connection that run at once; further ones wait unread.</summary>
    public int MaxCallsInFlight { get; init; } = 8;

    /// <summary>Connections that one driver may hold on a node at once.</summary>
    public int MaxConnectionsPerDriver { get; init; } = 8;

    /// <summary>Drivers without a connection that are remembered, so that reports over HTTP are checked against one another.</summary>
    public int MaxIdleTracks { get; init; } = 100_000;

    /// <summary>How long settled reports may wait for others to be acknowledged with; the contract's limit is 1 s.</summary>
    public TimeSpan AckDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>First wait before a report is taken to the hub again; doubles.</summary>
    public TimeSpan MinRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest wait before a report is taken to the hub again.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a silent WebSocket is pinged; under the minute at which many proxies give up.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>How long a ping may stay unanswered, or a frame untaken, before the connection counts as dead.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>What drivers are advised.</summary>
    public AdviceOptions Advice { get; init; } = new();
}

/// <summary>How often drivers are advised to report. Section <c>Ingest:Advice</c>.</summary>
public sealed record AdviceOptions
{
    /// <summary>Between two fixes while a rider watches the trip and its next stop is near (<c>Hub:NearStopMeters</c>).</summary>
    public TimeSpan NearStopInterval { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Between two fixes while a rider watches the trip, or its next stop is near.</summary>
    public TimeSpan WatchedInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Between two fixes while on a trip that nobody watches.</summary>
    public TimeSpan OnTripInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Between two fixes while idle.</summary>
    public TimeSpan IdleInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between two fixes while off duty: all of them are refused, and the Ack is how a phone learns that it is on duty again.</summary>
    public TimeSpan OffDutyInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Between two fixes while the hub has no room for the history.</summary>
    public TimeSpan FullInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A phone whose battery is below this (0 to 1) and not being charged is spared; 0 = none.</summary>
    public double LowBattery { get; init; } = 0.2;

    /// <summary>How many times as long the intervals of such a phone are, but for those of a driver who is off duty or finds the hub full.</summary>
    public double LowBatteryFactor { get; init; } = 2;

    /// <summary>How long fewer fixes must have been enough before a phone is told so, where its trip and duty are the same: riders come back, and places scatter. More are asked for at once.</summary>
    public TimeSpan SlowDownAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Metres to have moved before a fix is worth sending; 0 = send all.</summary>
    public double MinDistanceMeters { get; init; }
}
