using System.Numerics;

namespace RideTracker.LoadTest.Generator;

/// <summary>Counts latencies in buckets of under 1 % width, and gives percentiles of all that were expected: those that never came count as infinite.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 7;
    private const int SubBuckets = 1 << SubBits;

    // Microseconds up to 2^37 (38 hours).
    private readonly long[] _counts = new long[(37 - SubBits + 2) * SubBuckets];

    public long Count { get; private set; }

    public double MaxMs { get; private set; }

    public void Record(long ns)
    {
        var us = Math.Max(0, ns / 1_000);
        _counts[Bucket(us)]++;
        Count++;
        MaxMs = Math.Max(MaxMs, ns / 1e6);
    }

    /// <summary>The latency in ms that a share of all expected ones did not exceed.</summary>
    /// <param name="share">0 to 1.</param>
    /// <param name="expected">How many there should be; null: as many as there are.</param>
    /// <returns>The upper end of its bucket; infinity where it falls on one that never came, NaN where none was expected.</returns>
    public double PercentileMs(double share, long? expected = null)
    {
        var all = Math.Max(expected ?? Count, Count);
        if (all == 0) return double.NaN;
        var rank = Math.Max(1, (long)Math.Ceiling(share * all));
        if (rank > Count) return double.PositiveInfinity;
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank) return Math.Min(UpperUs(i) / 1e3, MaxMs);
        }

        return MaxMs;
    }

    private int Bucket(long us)
    {
        if (us < SubBuckets) return (int)us;
        var exponent = BitOperations.Log2((ulong)us) - SubBits;
        return Math.Min(_counts.Length - 1, ((exponent + 1) << SubBits) + (int)((us >> exponent) - SubBuckets));
    }

    private static double UpperUs(int bucket)
    {
        if (bucket < SubBuckets) return bucket + 1;
        var exponent = (bucket >> SubBits) - 1;
        return (double)((long)(SubBuckets + (bucket & (SubBuckets - 1)) + 1) << exponent);
    }
}
