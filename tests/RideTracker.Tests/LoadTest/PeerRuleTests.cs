using RideTracker.LoadTest.Compare;

namespace RideTracker.Tests.LoadTest;

public sealed class PeerRuleTests
{
    // Known: 40 us where the floor took 16, 2.5 times the floor; 25 % more is 3.125.
    private static readonly PeerRule Rule = new("peer", "floor", 40, 16);

    [Theory]
    [InlineData(10, 16)]
    [InlineData(40, 16)]
    [InlineData(62, 20)]
    public void Peer_AsCheapRelativeToTheFloorAsBefore_Counts(double peerUs, double floorUs) =>
        Assert.Null(Rule.VoidReason(Judged.Rounds(Measure.CpuUs, ("peer", [peerUs]), ("floor", [floorUs]))));

    [Theory]
    [InlineData(51, 16)]
    [InlineData(40, 12)]
    public void Peer_OverAQuarterDearerThanBefore_IsVoid(double peerUs, double floorUs) =>
        Assert.Contains("over 25 % dearer", Rule.VoidReason(Judged.Rounds(Measure.CpuUs, ("peer", [peerUs]), ("floor", [floorUs]))), StringComparison.Ordinal);

    [Fact]
    public void Peer_WithoutAFloor_IsVoid() => Assert.NotNull(Rule.VoidReason(Judged.Rounds(Measure.CpuUs, ("peer", [40]))));

    [Fact]
    public void Peer_ThatDidNotRun_IsVoid() => Assert.Equal("peer did not run", Rule.VoidReason(Judged.Rounds(Measure.CpuUs, ("floor", [16]))));

    [Fact]
    public void Peer_WhoseRunsDeliveredTooLittle_IsVoid()
    {
        var rounds = Judged.Rounds(Measure.CpuUs, ("floor", [16]));
        rounds.Add("peer", Judged.Void(Measure.CpuUs, 20));
        Assert.Equal("too few runs of peer count", Rule.VoidReason(rounds));
    }
}
