namespace RideTracker.LoadTest.Generator;

/// <summary>Adds up what became of published messages. By the loop's thread; counters are readable from any.</summary>
internal sealed class Settlements
{
    /// <summary>Fixes that were accepted, or messages where nobody counts fixes.</summary>
    public Counter Accepted { get; } = new();

    public Counter Duplicates { get; } = new();

    public Counter Rejected { get; } = new();

    /// <summary>Problems, failed calls, bad statuses, broken connections.</summary>
    public Counter Errors { get; } = new();

    /// <summary>From a message's sending to its settling, while <see cref="IsMeasuring"/>.</summary>
    public LatencyHistogram Latencies { get; } = new();

    public bool IsMeasuring { get; set; }

    /// <summary>The first error's text.</summary>
    public string? FirstError { get; private set; }

    public void OnError(string what)
    {
        FirstError ??= what;
        Errors.Add(1);
    }

    public void OnSettled(long sentNs)
    {
        if (IsMeasuring) Latencies.Record(Clock.Ns - sentNs);
    }
}
