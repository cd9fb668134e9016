namespace RideTracker.Tracking.Delivery.Seen;

/// <summary>How old clients' pictures were in the last minutes, by ranges of age; never who told it.</summary>
/// <param name="time">The clock.</param>
public sealed class SeenWindow(TimeProvider time)
{
    private const int Minutes = 5;
    private const double Largest = SeenReport.MaxAgeMs / 1000;

    // Static members are made in this order.
    private static readonly double[] Known = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 15, 20, 30, 60, 120, 300, 900];
    private static readonly double[] UpTo = [.. Known, Largest];

    private readonly Lock _gate = new();
    private readonly long[][] _counts = [.. Enumerable.Range(0, Minutes).Select(_ => new long[UpTo.Length])];
    private readonly long[] _minutes = new long[Minutes];

    /// <summary>Upper bounds of the ranges, in seconds, finer where a picture is still good; a last one goes to an hour.</summary>
    public static IReadOnlyList<double> Bounds => Known;

    /// <summary>Counts one age, in seconds, up to an hour.</summary>
    public void Add(double seconds)
    {
        var range = Array.FindIndex(UpTo, bound => seconds <= bound);
        var minute = Minute();
        lock (_gate)
        {
            var place = (int)(minute % Minutes);
            if (_minutes[place] != minute)
            {
                Array.Clear(_counts[place]);
                _minutes[place] = minute;
            }

            _counts[place][range < 0 ? UpTo.Length - 1 : range]++;
        }
    }

    /// <summary>The ages that half and 99 of 100 of the last five minutes' reports did not exceed, in milliseconds; null if nobody told any. Within a range they count as spread evenly.</summary>
    public (double P50Ms, double P99Ms)? Percentiles()
    {
        var sum = new long[UpTo.Length];
        var minute = Minute();
        lock (_gate)
        {
            for (var place = 0; place < Minutes; place++)
            {
                if (minute - _minutes[place] is < 0 or >= Minutes) continue;
                for (var range = 0; range < sum.Length; range++) sum[range] += _counts[place][range];
            }
        }

        return sum.Sum() is > 0 and var all ? (Quantile(sum, 0.5 * all), Quantile(sum, 0.99 * all)) : null;
    }

    private static double Quantile(long[] counts, double rank)
    {
        var below = 0L;
        for (var range = 0; range < counts.Length; range++)
        {
            if (counts[range] == 0 || below + counts[range] < rank)
            {
                below += counts[range];
                continue;
            }

            var from = range == 0 ? 0 : UpTo[range - 1];
            return Math.Round(1000 * (from + (UpTo[range] - from) * ((rank - below) / counts[range])));
        }

        return Largest * 1000;
    }

    private long Minute() => time.GetUtcNow().ToUnixTimeSeconds() / 60;
}
