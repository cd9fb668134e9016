using RideTracker.LoadTest.Compare;
using RideTracker.LoadTest.Processes;

namespace RideTracker.Tests.LoadTest;

public sealed class CompareTablesTests
{
    private static readonly RunHeader Header = new()
    {
        CommandLine = "compare",
        Commit = "abc1234",
        Started = "2026-01-01 00:00:00Z",
        Kernel = "Linux 6",
        Processor = "some",
        Cores = 2,
        CoresUsed = "servers on core 0, generator on core 1",
        Versions = new Dictionary<string, string> { ["nginx"] = "1.22" },
        Processes = [],
    };

    [Fact]
    public void Tables_OfAWholeComparison_HaveARowForEachRun()
    {
        var steps = Plan.Steps(Scale.Full);
        var sheets = CompareTables.Measured(Judged.AllMet(), steps, Scale.Full);
        Assert.Equal(steps.Count, sheets.Sum(sheet => sheet.Rows.Count));
        Assert.All(sheets, sheet => Assert.All(sheet.Rows, row => Assert.Equal(sheet.Columns.Count, row.Count)));
    }

    [Fact]
    public void Tables_OfNothing_AreNone() => Assert.Empty(CompareTables.Measured(new Rounds(), Plan.Steps(Scale.Full), Scale.Full));

    [Fact]
    public void Markdown_HoldsCommandCommitVersionsAndCellsForEachColumn()
    {
        var rounds = Judged.AllMet();
        var text = CompareOutput.Markdown(Header, "Full size.", [.. CompareTables.Measured(rounds, Plan.Steps(Scale.Full), Scale.Full), CompareTables.Judged(Figures.Judge(rounds))]);
        Assert.Contains("    compare\n", text, StringComparison.Ordinal);
        Assert.Contains("Commit abc1234", text, StringComparison.Ordinal);
        Assert.Contains("nginx 1.22", text, StringComparison.Ordinal);
        Assert.Contains("| ingest-single | 300000/s | >=25000/s | met |", text, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
    }
}
