namespace RideTracker.LoadTest.Compare;

/// <summary>How many, how fast and how long: the same for RideTracker and for every peer.</summary>
internal sealed record Scale
{
    /// <summary>SignalR with Redis takes about 280 us per delivery on its core, so it can't bear the rate of the others.</summary>
    private const double SlowPeersRate = 2_500;

    /// <summary>Riders, each on a driver of its own.</summary>
    public required int OwnRiders { get; init; }

    /// <summary>States a second to them.</summary>
    public double OwnRate { get; init; } = 5_000;

    /// <summary>States a second for peers that can't bear <see cref="OwnRate"/>, and for the run of RideTracker that is compared with them.</summary>
    public double SlowRate { get; init; } = SlowPeersRate;

    public int SharedTopics { get; init; } = 10;

    /// <summary>Riders on those.</summary>
    public required int SharedRiders { get; init; }

    /// <summary>States a second over all shared topics: 10,000 deliveries a second, as many as when the floor was measured before.</summary>
    public required double SharedRate { get; init; }

    public required int FewRiders { get; init; }

    public required int ManyRiders { get; init; }

    /// <summary>States a second in the runs that show whether the number of riders matters. The more often a driver reports, the longer its `path`: at a high rate the difference is small.</summary>
    public double FlatRidersRate { get; init; } = 8_000;

    public required int FewDrivers { get; init; }

    public required int ManyDrivers { get; init; }

    /// <summary>Fixes a second in the runs that show whether the number of drivers matters; a driver may send 500.</summary>
    public double FlatDriversRate { get; init; } = 20_000;

    /// <summary>Drivers in the ingest runs.</summary>
    public required int IngestDrivers { get; init; }

    /// <summary>Riders that drop and come back.</summary>
    public required int StormRiders { get; init; }

    /// <summary>Riders that stay meanwhile; their drivers report once a second.</summary>
    public required int SteadyRiders { get; init; }

    /// <summary>States a second of the drivers of those that drop.</summary>
    public double StormRate { get; init; } = 1_000;

    public required TimeSpan WarmUp { get; init; }

    public required TimeSpan Measured { get; init; }

    /// <summary>Rest before the memory is read.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>What a run takes beside: starting, connecting, coming to rest, ending.</summary>
    public TimeSpan Overhead { get; init; } = TimeSpan.FromSeconds(12);

    public TimeSpan PlannedPerRun => WarmUp + Measured + Overhead;

    /// <summary>The numbers of the targets.</summary>
    public static Scale Full { get; } = new()
    {
        OwnRiders = 8_000,
        SharedRiders = 10_000,
        SharedRate = 10,
        FewRiders = 1_000,
        ManyRiders = 16_000,
        FewDrivers = 100,
        ManyDrivers = 10_000,
        IngestDrivers = 2_000,
        StormRiders = 8_000,
        SteadyRiders = 1_000,
        // After 8 s a node on a full core is still being compiled: 147 us for each delivery of the whole path, and 116 after 20 (docs/benchmarks.md).
        // With 10 states a second, as on the shared topics, it takes longer still.
        WarmUp = TimeSpan.FromSeconds(25),
        Measured = TimeSpan.FromSeconds(12),
    };

    /// <summary>A quarter of the riders, for a look in under five minutes: same rates, so costs per delivery are about the same, memory and storms are not.</summary>
    public static Scale Quick { get; } = new()
    {
        OwnRiders = 2_000,
        SharedRiders = 2_500,
        SharedRate = 40,
        FewRiders = 250,
        ManyRiders = 4_000,
        FewDrivers = 100,
        ManyDrivers = 2_500,
        IngestDrivers = 1_000,
        StormRiders = 2_000,
        SteadyRiders = 250,
        WarmUp = TimeSpan.FromSeconds(3),
        Measured = TimeSpan.FromSeconds(3),
        Settle = TimeSpan.FromSeconds(1),
        Overhead = TimeSpan.FromSeconds(6),
    };
}
