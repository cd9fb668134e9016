using RideTracker.LoadTest.Generator;

namespace RideTracker.LoadTest.Results;

/// <summary>Latencies in ms. Infinite: so many of those that were expected never came.</summary>
internal sealed record LatencyResult(double P50Ms, double P99Ms, double P999Ms, double MaxMs)
{
    /// <param name="expected">How many there should be; null: those that came are all.</param>
    public static LatencyResult Of(LatencyHistogram histogram, long? expected) => new(
        histogram.PercentileMs(0.5, expected), histogram.PercentileMs(0.99, expected), histogram.PercentileMs(0.999, expected), histogram.MaxMs);
}
