using RideTracker.LoadTest;
using RideTracker.LoadTest.Compare;

namespace RideTracker.Tests.LoadTest;

public sealed class FigureTests
{
    private static readonly PeerRule[] NoPeers = [];

    [Theory]
    [InlineData(20, "figure ratio 0.5x <=1x met")]
    [InlineData(40, "figure ratio 1x <=1x met")]
    [InlineData(41, "figure ratio 1.025x <=1x missed")]
    public void Ratio_IsMetUpToItsTarget(double us, string line)
    {
        var rounds = Judged.Rounds(Measure.CpuUs, ("ours", [us]), ("theirs", [40]));
        Assert.Equal(line, FigureRule.Ratio("ratio", 1, Measure.CpuUs, "ours", "theirs").Judge(rounds, NoPeers).Line);
    }

    [Theory]
    [InlineData(24_999, "figure ingest 24999/s >=25000/s missed")]
    [InlineData(25_000, "figure ingest 25000/s >=25000/s met")]
    public void AtLeast_IsMetFromItsTarget(double fixes, string line)
    {
        var rounds = Judged.Rounds(Measure.FixesPerSecond, ("ours", [fixes]));
        Assert.Equal(line, FigureRule.AtLeast("ingest", "/s", 25_000, Measure.FixesPerSecond, "ours").Judge(rounds, NoPeers).Line);
    }

    [Fact]
    public void P99_OfStatesThatNeverCame_IsMissed()
    {
        var rounds = Judged.Rounds(Measure.P99Ms, ("ours", [double.PositiveInfinity]));
        Assert.Equal("figure p99 never <=5ms missed", FigureRule.AtMost("p99", "ms", 5, Measure.P99Ms, "ours").Judge(rounds, NoPeers).Line);
    }

    [Fact]
    public void Figure_OfAVoidRun_IsVoidHoweverGood()
    {
        var rounds = new Rounds();
        rounds.Add("ours", Judged.Void(Measure.CpuUs, 1));
        Assert.Equal("figure cpu - <=5us void (too few runs of ours count)", FigureRule.AtMost("cpu", "us", 5, Measure.CpuUs, "ours").Judge(rounds, NoPeers).Line);
    }

    [Fact]
    public void Figure_AgainstAPeerThatIsDearerThanBefore_IsVoidHoweverGood()
    {
        var rounds = Judged.Rounds(Measure.CpuUs, ("ours", [20]), ("theirs", [80]), ("floor", [16]));
        var figure = FigureRule.Ratio("ratio", 1, Measure.CpuUs, "ours", "theirs").Judge(rounds, [new PeerRule("theirs", "floor", 40, 16)]);
        Assert.Equal(Verdict.Void, figure.Verdict);
    }

    [Fact]
    public void Figure_ThatNoRunMeasured_IsVoid()
    {
        var rounds = Judged.Rounds(Measure.CpuUs, ("ours", [20]));
        Assert.Equal("figure allocated - <=16B void (was not measured)", FigureRule.AtMost("allocated", "B", 16, Measure.AllocatedBytes, "ours").Judge(rounds, NoPeers).Line);
    }

    [Fact]
    public void AllFigures_OfARunThatReachesThem_AreMetAndTheExitCodeIs0()
    {
        var figures = Figures.Judge(Judged.AllMet());
        Assert.All(figures, figure => Assert.True(figure.Verdict == Verdict.Met, figure.Line));
        Assert.Equal(ExitCodes.Done, Figures.ExitCode(figures, []));
    }

    [Theory]
    [InlineData(nameof(Verdict.Missed), ExitCodes.Missed)]
    [InlineData(nameof(Verdict.Void), ExitCodes.Void)]
    public void ExitCode_WithOneFigureNotMet_IsNot0(string verdict, int exitCode)
    {
        var figure = new Figure("one", "1", "2", Enum.Parse<Verdict>(verdict), "");
        Assert.Equal(exitCode, Figures.ExitCode([figure with { Verdict = Verdict.Met }, figure], []));
    }

    [Fact]
    public void ExitCode_WithAPeerThatIsVoid_IsNot0() => Assert.Equal(ExitCodes.Void, Figures.ExitCode([], ["nchan/own cost too much"]));

    [Fact]
    public void Plan_HoldsEveryRunOnceThatFiguresAndPeersAreJudgedBy()
    {
        foreach (var scale in (Scale[])[Scale.Full, Scale.Quick])
        {
            var steps = Plan.Steps(scale).Select(step => step.Name).ToList();
            Assert.Distinct(steps);
            Assert.Subset(steps.ToHashSet(), Figures.All.SelectMany(figure => figure.Steps).ToHashSet());
            Assert.Subset(steps.ToHashSet(), PeerRule.All.SelectMany(rule => (string[])[rule.Step, rule.Floor]).ToHashSet());
        }
    }
}
