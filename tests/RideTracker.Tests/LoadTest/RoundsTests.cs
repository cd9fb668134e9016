using RideTracker.LoadTest.Compare;

namespace RideTracker.Tests.LoadTest;

public sealed class RoundsTests
{
    [Theory]
    [InlineData(new double[] { 5 }, 5)]
    [InlineData(new double[] { 9, 1, 5 }, 5)]
    [InlineData(new double[] { 4, 1, 100, 2 }, 3)]
    [InlineData(new double[] { double.PositiveInfinity, 1, 2 }, 2)]
    public void Median_OfValuesInAnyOrder_IsTheMiddle(double[] values, double expected) => Assert.Equal(expected, Rounds.Median(values));

    [Fact]
    public void Median_OfNothing_IsNoNumber() => Assert.Equal(double.NaN, Rounds.Median([]));

    [Fact]
    public void Median_WithOneVoidRunOfThree_LeavesThatOut()
    {
        var rounds = Judged.Rounds(Measure.CpuUs, ("a", [30, 40]));
        rounds.Add("a", Judged.Void(Measure.CpuUs, 1));
        Assert.True(rounds.Counts("a"));
        Assert.Equal(35, rounds.Median("a", Measure.CpuUs));
    }

    [Fact]
    public void Median_WithHalfOfTheRunsVoid_IsNoNumber()
    {
        var rounds = Judged.Rounds(Measure.CpuUs, ("a", [30]));
        rounds.Add("a", Judged.Void(Measure.CpuUs, 1));
        Assert.False(rounds.Counts("a"));
        Assert.Equal(double.NaN, rounds.Median("a", Measure.CpuUs));
    }

    [Fact]
    public void Median_OfAStepThatDidNotRun_IsNoNumber() => Assert.Equal(double.NaN, new Rounds().Median("a", Measure.CpuUs));

    [Fact]
    public void Median_OfWhatAStepDoesNotMeasure_IsNoNumber() =>
        Assert.Equal(double.NaN, Judged.Rounds(Measure.CpuUs, ("a", [30])).Median("a", Measure.RecoverySeconds));
}
