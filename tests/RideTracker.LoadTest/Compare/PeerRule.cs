namespace RideTracker.LoadTest.Compare;

/// <summary>Holds a peer to what it was measured at before: one that comes out much dearer here was set up or run badly, and beating it shows nothing.</summary>
/// <param name="Step">The peer's run.</param>
/// <param name="Floor">The floor's run at the same deliveries a second.</param>
/// <param name="KnownUs">What the peer took per delivery before, in microseconds.</param>
/// <param name="KnownFloorUs">What the floor took then.</param>
internal sealed record PeerRule(string Step, string Floor, double KnownUs, double KnownFloorUs)
{
    /// <summary>How much dearer, relative to the floor, a peer may come out.</summary>
    public const double Tolerance = 1.25;

    /// <summary>
    /// The peers as they were measured before RideTracker was built, on two cores, servers on one: 10,000 riders each on a driver of its own, and
    /// 10 drivers with 1,000 riders each. Socket.IO was not measured then.
    /// </summary>
    public static IReadOnlyList<PeerRule> All { get; } =
    [
        new(StepNames.NchanOwn, StepNames.FloorOwn, 40, 15),
        new(StepNames.SignalROwn, StepNames.FloorOwn, 279, 15),
        new(StepNames.SseOwn, StepNames.FloorOwn, 190, 15),
        new(StepNames.NchanShared, StepNames.FloorShared, 18, 14),
        new(StepNames.SignalRShared, StepNames.FloorShared, 34, 14),
        new(StepNames.SseShared, StepNames.FloorShared, 29, 14),
    ];

    /// <summary>Why the comparison with the peer is void; null if it is not.</summary>
    public string? VoidReason(Rounds rounds)
    {
        if (!rounds.Counts(Step)) return rounds.Of(Step).Count == 0 ? $"{Step} did not run" : $"too few runs of {Step} count";
        if (!rounds.Counts(Floor)) return $"without {Floor} nobody knows what {Step} should cost";
        var ratio = rounds.Median(Step, Measure.CpuUs) / rounds.Median(Floor, Measure.CpuUs);
        var known = KnownUs / KnownFloorUs;
        return ratio > known * Tolerance
            ? FormattableString.Invariant($"{Step} cost {ratio:0.0} times the floor, over 25 % dearer than the {known:0.0} it was measured at before")
            : null;
    }
}
