using System.Text;
using RideTracker.LoadTest.Processes;
using Spectre.Console;

namespace RideTracker.LoadTest.Compare;

/// <summary>Writes a comparison's tables to the console, or as Markdown for docs/benchmarks.md.</summary>
internal static class CompareOutput
{
    // In a file or a pipe there is no width to keep to.
    private const int PlainWidth = 200;

    public static void Print(IAnsiConsole console, IReadOnlyList<CompareTables.Sheet> sheets)
    {
        if (!console.Profile.Out.IsTerminal) console.Profile.Width = Math.Max(console.Profile.Width, PlainWidth);
        foreach (var sheet in sheets)
        {
            var table = new Table().RoundedBorder().Title(Markup.Escape(sheet.Title));
            for (var i = 0; i < sheet.Columns.Count; i++) table.AddColumn(i == 0 ? new TableColumn(Markup.Escape(sheet.Columns[i])) : new TableColumn(Markup.Escape(sheet.Columns[i])).RightAligned());
            foreach (var row in sheet.Rows) table.AddRow([.. row.Select(Markup.Escape)]);
            console.Write(table);
        }
    }

    /// <summary>Header and tables, as they go into the document.</summary>
    public static string Markdown(RunHeader header, string note, IReadOnlyList<CompareTables.Sheet> sheets)
    {
        var text = new StringBuilder();
        text.AppendLine(note).AppendLine();
        text.AppendLine($"    {header.CommandLine}").AppendLine();
        text.AppendLine($"Commit {header.Commit}, {header.Started}. {header.Cores} cores ({header.Processor}), {header.CoresUsed}; {header.Kernel}.");
        text.AppendLine($"Versions: {string.Join(", ", header.Versions.Select(version => $"{version.Key} {version.Value}"))}.");
        foreach (var sheet in sheets)
        {
            text.AppendLine().AppendLine($"### {sheet.Title}").AppendLine();
            text.AppendLine($"| {string.Join(" | ", sheet.Columns)} |").AppendLine($"|{string.Concat(Enumerable.Range(0, sheet.Columns.Count).Select(i => i == 0 ? "---|" : "---:|"))}");
            foreach (var row in sheet.Rows) text.AppendLine($"| {string.Join(" | ", row)} |");
        }

        return text.ToString();
    }
}
