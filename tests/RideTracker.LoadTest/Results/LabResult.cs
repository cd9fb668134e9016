using Spectre.Console;

namespace RideTracker.LoadTest.Results;

/// <summary>What one way to receive costs, and how fresh it is. All per rider; bytes are what went through the riders' sockets, heads and framing included, TCP/IP headers not.</summary>
internal sealed record LabResult
{
    public required string Name { get; init; }

    public required int Riders { get; init; }

    /// <summary>Open connections at the end.</summary>
    public required int Connections { get; init; }

    public required double RequestsPerMinute { get; init; }

    public required double BytesInPerMinute { get; init; }

    public required double BytesOutPerMinute { get; init; }

    public required double StatesPerMinute { get; init; }

    /// <summary>Answers without a newer state than the rider had, of all answers; null for streams, which are not answered.</summary>
    public double? ShareWithoutNews { get; init; }

    /// <summary>Every 50 ms, for every rider: now minus when the newest fix that it has was sent by its driver.</summary>
    public required LatencyResult Age { get; init; }

    public required IReadOnlyDictionary<string, double> CpuSeconds { get; init; }

    public required double MeasuredSeconds { get; init; }

    public string? Refusal { get; init; }

    public required double OthersCpuShare { get; init; }

    /// <summary>Shows all ways side by side.</summary>
    /// <param name="baseline">The drivers alone: their CPU is taken off.</param>
    public static void Print(IAnsiConsole console, IReadOnlyList<LabResult> results, LabResult baseline)
    {
        var table = new Table().RoundedBorder().AddColumn("per rider");
        foreach (var result in results) table.AddColumn(new TableColumn(result.Name).RightAligned());
        Row("requests a minute", result => Text.Fixed(result.RequestsPerMinute, "0.0"));
        Row("bytes a minute, received", result => Text.Count(result.BytesInPerMinute));
        Row("bytes a minute, sent", result => Text.Count(result.BytesOutPerMinute));
        Row("states a minute", result => Text.Fixed(result.StatesPerMinute, "0.0"));
        Row("answers without news", result => result.ShareWithoutNews is { } share ? $"{Text.Fixed(100 * share, "0.0")} %" : "-");
        Row("age of what is seen, p50", result => Text.Ms(result.Age.P50Ms));
        Row("age of what is seen, p99", result => Text.Ms(result.Age.P99Ms));
        Row("servers' CPU a minute", result => $"{Text.Fixed(result.CpuMsPerMinute(baseline), "0.0")} ms");
        Row("connections", result => Text.Fixed(result.Connections / (double)Math.Max(1, result.Riders), "0.##"));
        console.Write(table);
        console.Profile.Out.Writer.WriteLine(FormattableString.Invariant($"{results[0].Riders} riders, {results[0].MeasuredSeconds:0} s each. CPU without that of the drivers alone ({baseline.CpuSeconds.Values.Sum():0.00} s). Age: every 50 ms, now minus when the driver sent the newest fix that the rider has."));
        foreach (var result in results.Where(result => result.Refusal is not null)) console.Profile.Out.Writer.WriteLine($"{result.Name}: {result.Refusal}");
        if (results.Any(result => result.Riders > result.Connections)) console.Profile.Out.Writer.WriteLine("NOTE: some riders were cut off.");
        Notes.Print(console, 0, results.Max(result => result.OthersCpuShare));

        void Row(string name, Func<LabResult, string> value) => table.AddRow([name, .. results.Select(value)]);
    }

    /// <summary>CPU of the servers per rider and minute, in ms.</summary>
    public double CpuMsPerMinute(LabResult baseline) => (CpuSeconds.Values.Sum() - baseline.CpuSeconds.Values.Sum()) * 1_000 / Math.Max(1, Riders) * 60 / MeasuredSeconds;
}
