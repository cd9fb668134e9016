using Spectre.Console;

namespace RideTracker.LoadTest.Results;

/// <summary>What the steady riders saw: expected and delivered states, and their latency.</summary>
internal sealed record SteadyResult(long Expected, long Delivered, LatencyResult Latency);

/// <summary>What a storm did, and whether the run counts.</summary>
internal sealed record StormResult
{
    public required string Target { get; init; }

    /// <summary>Riders that dropped.</summary>
    public required int Riders { get; init; }

    public required int SteadyRiders { get; init; }

    public required string Wire { get; init; }

    /// <summary>Riders that have a current state again.</summary>
    public required int Back { get; init; }

    /// <summary>How long the dropping itself took.</summary>
    public required double DropSeconds { get; init; }

    /// <summary>From each rider's drop until its current state; the maximum is the figure.</summary>
    public required LatencyResult BackAfter { get; init; }

    public required long Retries { get; init; }

    public string? FirstRefusal { get; init; }

    /// <summary>The steady riders before the storm.</summary>
    public required SteadyResult SteadyCalm { get; init; }

    /// <summary>The steady riders from the first drop until all are back, 2 s at least. States that were skipped for newer ones count as never come.</summary>
    public required SteadyResult SteadyInStorm { get; init; }

    public required long SteadyCutOff { get; init; }

    public required long Backwards { get; init; }

    public required IReadOnlyDictionary<string, double> CpuSeconds { get; init; }

    public required double GeneratorCpuShare { get; init; }

    public required double OthersCpuShare { get; init; }

    public bool IsInterrupted { get; init; }

    /// <summary>Why the run does not count; empty if it does.</summary>
    public IReadOnlyList<string> VoidReasons => [.. Reasons()];

    public void Print(IAnsiConsole console)
    {
        var table = new Table().RoundedBorder().AddColumn(Target).AddColumn(new TableColumn($"{Riders:#,0} riders drop and come back, {SteadyRiders:#,0} stay, {Wire}").RightAligned());
        table.AddRow("dropped within", $"{Text.Fixed(DropSeconds)} s");
        table.AddRow("back with a current state", $"{Text.Count(Back)} of {Text.Count(Riders)}");
        Latency("  after, p50, p99, p99.9, last", BackAfter);
        table.AddRow("connects in vain", Text.Count(Retries));
        Latency("steady riders before, p50, p99, p99.9, max", SteadyCalm.Latency);
        Latency("steady riders in the storm, p50, p99, p99.9, max", SteadyInStorm.Latency);
        table.AddRow("  delivered", $"{Text.Count(SteadyInStorm.Delivered)} of {Text.Count(SteadyInStorm.Expected)}");
        table.AddRow("steady riders cut off", Text.Count(SteadyCutOff));
        table.AddRow("CPU of the servers", $"{Text.Fixed(CpuSeconds.Values.Sum())} s");
        console.Write(table);
        if (FirstRefusal is { } refusal) console.Profile.Out.Writer.WriteLine($"first refusal: {refusal}");
        Notes.Print(console, GeneratorCpuShare, OthersCpuShare);
        foreach (var reason in VoidReasons) console.Profile.Out.Writer.WriteLine($"VOID: {reason}");

        void Latency(string name, LatencyResult latency) =>
            table.AddRow(name, $"{Text.Ms(latency.P50Ms)}, {Text.Ms(latency.P99Ms)}, {Text.Ms(latency.P999Ms)}, {Text.Ms(latency.MaxMs)}");
    }

    private IEnumerable<string> Reasons()
    {
        if (IsInterrupted) yield return "interrupted";
        if (Back < Riders) yield return FormattableString.Invariant($"{Riders - Back:#,0} riders have no current state again");
        if (SteadyInStorm.Expected == 0) yield return "nothing was sent to the steady riders";
        if (Backwards > 0) yield return FormattableString.Invariant($"{Backwards:#,0} states were older than what their rider had");
    }
}
