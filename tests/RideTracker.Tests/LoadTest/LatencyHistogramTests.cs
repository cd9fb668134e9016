using RideTracker.LoadTest.Generator;

namespace RideTracker.Tests.LoadTest;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Percentiles_OfAThousand_AreWithinOnePercent()
    {
        var histogram = new LatencyHistogram();
        for (var ms = 1; ms <= 1_000; ms++) histogram.Record(ms * Clock.Millisecond);
        Assert.InRange(histogram.PercentileMs(0.5), 500, 505);
        Assert.InRange(histogram.PercentileMs(0.99), 990, 1_000);
        Assert.Equal(1_000, histogram.PercentileMs(1));
        Assert.Equal(1_000, histogram.MaxMs);
    }

    [Fact]
    public void Percentile_ThatFallsOnOneThatNeverCame_IsInfinite()
    {
        var histogram = new LatencyHistogram();
        for (var i = 0; i < 985; i++) histogram.Record(Clock.Millisecond);
        Assert.InRange(histogram.PercentileMs(0.98, 1_000), 1, 1.01);
        Assert.Equal(double.PositiveInfinity, histogram.PercentileMs(0.99, 1_000));
        Assert.InRange(histogram.PercentileMs(0.99), 1, 1.01);
    }

    [Fact]
    public void Percentile_OfNothing_IsNone()
    {
        Assert.Equal(double.NaN, new LatencyHistogram().PercentileMs(0.5));
        Assert.Equal(double.PositiveInfinity, new LatencyHistogram().PercentileMs(0.5, 10));
    }

    [Fact]
    public void Latency_OfAnyLength_HasABucket()
    {
        var histogram = new LatencyHistogram();
        foreach (var ns in (long[])[-5, 0, 999, 1_000, 127_999, 128_000, 1_000_000_000, long.MaxValue]) histogram.Record(ns);
        Assert.Equal(8, histogram.Count);
        Assert.InRange(histogram.PercentileMs(0.01), 0, 0.001);
    }
}
