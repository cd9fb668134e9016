namespace RideTracker.LoadTest.Compare;

/// <summary>All figures that RideTracker is to reach, and what the command's exit code makes of them.</summary>
internal static class Figures
{
    public static IReadOnlyList<FigureRule> All { get; } =
    [
        FigureRule.Ratio("redis-to-riders-vs-nchan", 1, Measure.CpuUs, StepNames.RedisOwn, StepNames.NchanOwn),
        FigureRule.Ratio("drivers-to-riders-vs-nchan", 1.7, Measure.CpuUs, StepNames.DriversOwn, StepNames.NchanOwn),
        // At the rate that SignalR bears: less comes cheaper in bulk there, for both.
        FigureRule.Ratio("drivers-to-riders-vs-signalr", 0.2, Measure.CpuUs, StepNames.DriversOwnSlow, StepNames.SignalROwn),
        FigureRule.Ratio("shared-drivers-vs-nchan", 1, Measure.CpuUs, StepNames.DriversShared, StepNames.NchanShared),
        FigureRule.AtMost("drivers-to-riders-p99", "ms", 5, Measure.P99Ms, StepNames.DriversOwn),
        FigureRule.Ratio("drivers-to-riders-p99-vs-nchan", 1, Measure.P99Ms, StepNames.DriversOwn, StepNames.NchanOwn),
        FigureRule.AtMost("memory-per-idle-rider", "KB", 10, Measure.IdleBytes, StepNames.RedisOwn, 1 / 1024.0),
        FigureRule.AtLeast("ingest-single", "/s", 25_000, Measure.FixesPerSecond, StepNames.IngestSingle),
        FigureRule.AtLeast("ingest-batches-of-20", "/s", 150_000, Measure.FixesPerSecond, StepNames.IngestBatch),
        FigureRule.AtLeast("ingest-hub-single", "/s", 10_000, Measure.FixesPerSecond, StepNames.IngestHubSingle),
        FigureRule.AtLeast("ingest-hub-batches-of-20", "/s", 60_000, Measure.FixesPerSecond, StepNames.IngestHubBatch),
        FigureRule.AtMost("storm-recovery", "s", 5, Measure.RecoverySeconds, StepNames.Storm),
        FigureRule.AtMost("storm-steady-p99", "ms", 250, Measure.P99Ms, StepNames.Storm),
        // The whole path, ingest included: more is allocated there than from Redis on.
        FigureRule.AtMost("allocated-per-delivery", "B", 16, Measure.AllocatedBytes, StepNames.DriversOwn),
        FigureRule.Ratio("flat-16000-riders-vs-1000", 1.15, Measure.CpuUs, StepNames.ManyRiders, StepNames.FewRiders),
        FigureRule.Ratio("flat-10000-drivers-vs-100", 1.15, Measure.CpuUs, StepNames.ManyDrivers, StepNames.FewDrivers),
    ];

    public static IReadOnlyList<Figure> Judge(Rounds rounds) => [.. All.Select(rule => rule.Judge(rounds, PeerRule.All))];

    /// <summary>Void before missed: what is void says nothing about being met.</summary>
    public static int ExitCode(IReadOnlyList<Figure> figures, IReadOnlyList<string> voidPeers) =>
        voidPeers.Count > 0 || figures.Any(figure => figure.Verdict == Verdict.Void) ? ExitCodes.Void
        : figures.Any(figure => figure.Verdict == Verdict.Missed) ? ExitCodes.Missed
        : ExitCodes.Done;
}
