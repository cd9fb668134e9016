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

    /// <summary>CPU of the servers per rider and minute, in ms; that of the drivers' reports included.</summary>
    /// <param name="drivers">As many as there are riders in the other ways.</param>
    public double CpuMsPerMinute(int drivers) => CpuSeconds.Values.Sum() * 1_000 / drivers * 60 / MeasuredSeconds;

    /// <summary>Shows all ways side by side.</summary>
    /// <param name="results">The drivers alone first, then the ways.</param>
    public static void Print(IAnsiConsole console, IReadOnlyList<LabResult> results)
    {
        var drivers = results[^1].Riders;
        var table = new Table().RoundedBorder().AddColumn("per rider");
        foreach (var result in results) table.AddColumn(new TableColumn(result.Name).RightAligned());
        Row("requests a minute", result => Text.Fixed(result.RequestsPerMinute, "0.0"));
        Row("bytes a minute, received", result => Text.Count(result.BytesInPerMinute));
        Row("bytes a minute, sent", result => Text.Count(result.BytesOutPerMinute));
        Row("states a minute", result => Text.Fixed(result.StatesPerMinute, "0.0"));
        Row("answers without news", result => result.ShareWithoutNews is { } share ? $"{Text.Fixed(100 * share, "0.0")} %" : "-");
        Row("age of what is seen, p50", result => Text.Ms(result.Age.P50Ms));
        Row("age of what is seen, p99", result => Text.Ms(result.Age.P99Ms));
        Row("connections", result => Text.Fixed(result.Connections / (double)Math.Max(1, result.Riders), "0.##"));
        table.AddRow(["servers' CPU a minute", .. results.Select(result => $"{Text.Fixed(result.CpuMsPerMinute(drivers), "0.0")} ms")]);
        console.Write(table);
        console.Profile.Out.Writer.WriteLine(FormattableString.Invariant(
            $"{drivers} riders, each on a driver of its own, {results[0].MeasuredSeconds:0} s each. CPU includes that of the drivers' reports: no riders. Age: every 50 ms, now less when the driver sent the newest fix that the rider has."));
        foreach (var result in results.Where(result => result.Refusal is not null)) console.Profile.Out.Writer.WriteLine($"{result.Name}: {result.Refusal}");
        Notes.Print(console, 0, results.Max(result => result.OthersCpuShare));

        void Row(string name, Func<LabResult, string> value) => table.AddRow([name, .. results.Select(result => result.Riders == 0 ? "-" : value(result))]);
    }
}
