using System.Text.Json;
using RideTracker.Client;
using Spectre.Console;

namespace RideTracker.Simulator.Output;

/// <summary>What became of every row and fix. The numbers add up:
/// read = bad rows + skipped + left out + not sent + reported, and reported + sent again after a hub change = accepted + duplicates + rejected + dropped + not settled.</summary>
internal sealed record Receipt
{
    /// <summary>Rows or points of the file; null for a fleet, which makes its fixes.</summary>
    public long? RowsRead { get; init; }

    public long BadRows { get; init; }

    /// <summary>Waypoints, and points without time.</summary>
    public long Skipped { get; init; }

    /// <summary>Rows of drivers that were not chosen, or that would be older than the server takes.</summary>
    public long LeftOut { get; init; }

    /// <summary>Fixes whose turn had not come when the replay was ended.</summary>
    public long NotSent { get; init; }

    public required int Drivers { get; init; }

    public required double Seconds { get; init; }

    public required DriverCounters Fixes { get; init; }

    public bool IsComplete => Fixes is { Dropped: 0, Buffered: 0 } && NotSent == 0;

    /// <summary>Prints it as a table.</summary>
    public void Print(IAnsiConsole console)
    {
        var table = new Table().NoBorder().HideHeaders().AddColumn("").AddColumn(new TableColumn("").RightAligned());
        if (RowsRead is { } rows)
        {
            Row("rows read", rows);
            RowIf("  bad rows skipped", BadRows);
            RowIf("  without time, or waypoints", Skipped);
            RowIf("  left out", LeftOut);
            RowIf("  not sent", NotSent);
        }

        Row("fixes reported", Fixes.Reported);
        RowIf("  again after a hub change", Fixes.Resettled);
        Row("  accepted", Fixes.Accepted);
        Row("  duplicates", Fixes.Duplicates);
        Row("  rejected", Fixes.Rejected);
        foreach (var (reason, count) in Fixes.RejectedByReason) Row($"    {reason}", count);
        Row("  dropped", Fixes.Dropped);
        Row("  not settled", Fixes.Buffered);
        Row("sent on the wire", Fixes.Sent);
        Row("reconnects", Fixes.Reconnects);
        Row("drivers", Drivers);
        table.AddRow("seconds", Seconds.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture));
        console.Write(table);

        void RowIf(string name, long count)
        {
            if (count != 0) Row(name, count);
        }

        void Row(string name, long count) => table.AddRow(Markup.Escape(name), count.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Writes it as JSON.</summary>
    /// <exception cref="SimulatorException">The file can't be written.</exception>
    public async Task WriteJsonAsync(string path)
    {
        try
        {
            await using var stream = File.Create(path);
            await using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
            writer.WriteStartObject();
            if (RowsRead is { } rows)
            {
                writer.WriteNumber("rowsRead", rows);
                writer.WriteNumber("badRows", BadRows);
                writer.WriteNumber("skipped", Skipped);
                writer.WriteNumber("leftOut", LeftOut);
                writer.WriteNumber("notSent", NotSent);
            }

            writer.WriteNumber("reported", Fixes.Reported);
            writer.WriteNumber("resettled", Fixes.Resettled);
            writer.WriteNumber("accepted", Fixes.Accepted);
            writer.WriteNumber("duplicates", Fixes.Duplicates);
            writer.WriteNumber("rejected", Fixes.Rejected);
            writer.WriteStartObject("rejectedByReason");
            foreach (var (reason, count) in Fixes.RejectedByReason) writer.WriteNumber(reason, count);
            writer.WriteEndObject();
            writer.WriteNumber("dropped", Fixes.Dropped);
            writer.WriteNumber("notSettled", Fixes.Buffered);
            writer.WriteNumber("sent", Fixes.Sent);
            writer.WriteNumber("reconnects", Fixes.Reconnects);
            writer.WriteNumber("drivers", Drivers);
            writer.WriteNumber("seconds", Math.Round(Seconds, 3));
            writer.WriteEndObject();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SimulatorException(ExitCodes.BadFile, $"{path}: can't be written: {e.Message}", e);
        }
    }
}
