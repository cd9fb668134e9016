using Spectre.Console;

namespace RideTracker.LoadTest.Results;

/// <summary>What an ingest run measured, and whether it counts. Only accepted, distinct fixes do: every fix that is sent has a time of its own.</summary>
internal sealed record IngestResult
{
    public required string Target { get; init; }

    public required int Drivers { get; init; }

    public required int FixesPerReport { get; init; }

    public required string Door { get; init; }

    public required double MeasuredSeconds { get; init; }

    /// <summary>Fixes that were accepted in the measured time.</summary>
    public required long Accepted { get; init; }

    public required long AcceptedInAll { get; init; }

    public required long SentInAll { get; init; }

    public required long Duplicates { get; init; }

    public required long Rejected { get; init; }

    public required long Errors { get; init; }

    public string? FirstError { get; init; }

    /// <summary>Whether something was not settled, or still in the queue, at the end.</summary>
    public required bool HasUnsettled { get; init; }

    public double? AskedFixesPerSecond { get; init; }

    public required LatencyResult AckLatency { get; init; }

    public required IReadOnlyDictionary<string, double> CpuSeconds { get; init; }

    public required double GeneratorCpuShare { get; init; }

    /// <summary>CPU that others took on the servers' core.</summary>
    public required double OthersCpuShare { get; init; }

    public bool IsInterrupted { get; init; }

    /// <summary>Fixes that came through the history queue.</summary>
    public long HistoryFixes { get; init; }

    public double AcceptedPerSecond => MeasuredSeconds > 0 ? Accepted / MeasuredSeconds : 0;

    /// <summary>The figure: accepted fixes per second of the servers' CPU time. The servers have one core, so it is also what that core could take at most.</summary>
    public double AcceptedPerCoreSecond => CpuSeconds.Values.Sum() is > 0 and var seconds ? Accepted / seconds : double.NaN;

    /// <summary>Why the run does not count; empty if it does.</summary>
    public IReadOnlyList<string> VoidReasons => [.. Reasons()];

    public void Print(IAnsiConsole console)
    {
        var table = new Table().RoundedBorder().AddColumn(Target).AddColumn(new TableColumn($"{Drivers:#,0} drivers, {FixesPerReport} fixes a report, {Door}").RightAligned());
        table.AddRow("accepted", $"{Text.Count(Accepted)} in {Text.Fixed(MeasuredSeconds, "0.0")} s");
        table.AddRow("accepted/s", Text.Count(AcceptedPerSecond));
        table.AddRow("accepted per second of one core", Text.Count(AcceptedPerCoreSecond));
        table.AddRow("ack p50, p99, p99.9, max", $"{Text.Ms(AckLatency.P50Ms)}, {Text.Ms(AckLatency.P99Ms)}, {Text.Ms(AckLatency.P999Ms)}, {Text.Ms(AckLatency.MaxMs)}");
        table.AddRow("servers' core", $"{Text.Fixed(100 * CpuSeconds.Values.Sum() / MeasuredSeconds, "0")} % busy");
        foreach (var (name, seconds) in CpuSeconds) table.AddRow($"  {name}, CPU per fix", $"{Text.Fixed(seconds * 1e6 / Math.Max(1, Accepted), "0.0")} us");
        table.AddRow("sent, accepted, duplicates, rejected in all", $"{Text.Count(SentInAll)}, {Text.Count(AcceptedInAll)}, {Text.Count(Duplicates)}, {Text.Count(Rejected)}");
        table.AddRow("fixes through the history queue", Text.Count(HistoryFixes));
        table.AddRow("generator; others on the servers' core", $"{Text.Fixed(100 * GeneratorCpuShare, "0")} %; {Text.Fixed(100 * OthersCpuShare, "0")} % of a core");
        console.Write(table);
        if (FirstError is { } error) console.Profile.Out.Writer.WriteLine($"{Errors} errors, the first: {error}");
        Notes.Print(console, GeneratorCpuShare, OthersCpuShare);
        foreach (var reason in VoidReasons) console.Profile.Out.Writer.WriteLine($"VOID: {reason}");
    }

    private IEnumerable<string> Reasons()
    {
        if (IsInterrupted) yield return "interrupted";
        if (Accepted == 0) yield return "nothing was accepted";
        if (Rejected > 0.001 * SentInAll) yield return FormattableString.Invariant($"{Rejected:#,0} fixes were rejected");
        if (Errors > 0) yield return FormattableString.Invariant($"{Errors:#,0} errors");
        if (HasUnsettled && !IsInterrupted) yield return "not all was settled at the end";
        if (AskedFixesPerSecond is { } asked && AcceptedPerSecond < 0.99 * asked) yield return FormattableString.Invariant($"{AcceptedPerSecond:#,0}/s were accepted where {asked:#,0}/s were to be sent");
        if (!IsInterrupted && HistoryFixes != AcceptedInAll) yield return FormattableString.Invariant($"{HistoryFixes:#,0} fixes came through the history queue where {AcceptedInAll:#,0} were accepted");
    }
}
