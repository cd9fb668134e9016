using System.Globalization;

namespace RideTracker.LoadTest.Records;

/// <summary>What a run of the history measured, and whether it holds.</summary>
internal sealed record RecordsResult
{
    public required double Seconds { get; init; }

    /// <summary>Distinct fixes that the hub accepted, warm-up included.</summary>
    public required long Accepted { get; init; }

    public required double AcceptedPerSecond { get; init; }

    public required double RowsPerSecond { get; init; }

    /// <summary>Rows in the table at the end.</summary>
    public required long Rows { get; init; }

    /// <summary>Fixes that stood in the queue a second time.</summary>
    public required long Repeated { get; init; }

    /// <summary>Fixes a second by which the backlog grew (least squares over a look each second).</summary>
    public required double BacklogSlope { get; init; }

    public required long MostBacklog { get; init; }

    /// <summary>Cores, by process.</summary>
    public required IReadOnlyDictionary<string, double> Cpu { get; init; }

    /// <summary>CPU microseconds for each row committed in the measured time, by process.</summary>
    public required IReadOnlyDictionary<string, double> CpuPerFix { get; init; }

    /// <summary>Of a run among geofences.</summary>
    public FenceResult? Fences { get; init; }

    /// <summary>How long the queue took to empty at the end; null: it did not.</summary>
    public required double? DrainSeconds { get; init; }

    public required double AskedFixesPerSecond { get; init; }

    public required bool IsInterrupted { get; init; }

    /// <summary>What does not hold.</summary>
    public IReadOnlyList<string> Failures
    {
        get
        {
            var failures = new List<string>();
            if (DrainSeconds is null) failures.Add("the queue was not emptied after the run");
            if (Rows != Accepted) failures.Add(string.Create(CultureInfo.InvariantCulture, $"{Accepted:#,0} fixes were accepted, {Rows:#,0} are in the history"));
            // A batch more or less is no growth: what counts is more than a second's fixes over the run.
            if (BacklogSlope * Seconds > AskedFixesPerSecond) failures.Add(string.Create(CultureInfo.InvariantCulture, $"the backlog grew by {BacklogSlope:0} fixes/s"));
            if (AcceptedPerSecond < 0.97 * AskedFixesPerSecond) failures.Add("the generator did not keep the rate that was asked for: its core is full");
            if (Fences is { FewestHits: < FencedCity.Zones }) failures.Add($"a driver is in {Fences.FewestHits} geofences, not in {FencedCity.Zones}");
            if (Fences is { EventsPerThousandFixes: 0 }) failures.Add("no driver crossed a geofence in the measured time");
            return failures;
        }
    }

    public IEnumerable<string> Lines()
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"{Seconds:0} s: {AcceptedPerSecond:#,0} fixes/s accepted, {RowsPerSecond:#,0} rows/s committed, {Repeated:#,0} fixes queued twice");
        yield return string.Create(CultureInfo.InvariantCulture, $"backlog: slope {BacklogSlope:0.0} fixes/s, {MostBacklog:#,0} at most, emptied in {DrainSeconds?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-"} s");
        yield return $"CPU: {string.Join(", ", Cpu.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {100 * pair.Value:0} %")))}";
        yield return $"CPU us for each fix: {string.Join(", ", CpuPerFix.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value:0.0}")))}";
        if (Fences is not null) yield return Fences.ToString();
        yield return string.Create(CultureInfo.InvariantCulture, $"rows: {Rows:#,0} of {Accepted:#,0} accepted");
        foreach (var failure in Failures) yield return $"FAILED: {failure}";
    }
}
