using System.IO.Pipelines;
using RideTracker.Protocol;

namespace RideTracker.Simulator.Traces;

/// <summary>Reads CSV with a header that names <c>driver_id, timestamp_utc, lat, lon</c>; other columns are ignored.</summary>
internal static class CsvTrace
{
    private static readonly string[] Columns = ["driver_id", "timestamp_utc", "lat", "lon"];

    /// <summary>Reads line by line.</summary>
    /// <exception cref="SimulatorException">The header or a row is bad: names file and line.</exception>
    public static async Task ReadAsync(PipeReader file, TraceBuilder traces, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(file.AsStream(leaveOpen: true));
        var header = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        if (string.IsNullOrWhiteSpace(header)) throw TraceText.Error($"{traces.Name}:1: the file is empty: a header with {string.Join(",", Columns)} is needed.");
        var names = header.Split(',', StringSplitOptions.TrimEntries);
        var places = Array.ConvertAll(Columns, c => Array.FindIndex(names, n => string.Equals(n, c, StringComparison.OrdinalIgnoreCase)));
        var missing = Columns.Where((_, i) => places[i] < 0).ToArray();
        if (missing.Length > 0) throw TraceText.Error($"{traces.Name}:1: the header has no column {string.Join(", ", missing)}; it reads: {TraceText.Shorten(header)}");

        for (var line = 2; await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } row; line++)
        {
            if (row.Length == 0) continue;
            if (Parse(row, names.Length, places, out var driver, out var point) is { } problem) traces.Bad($"{traces.Name}:{line}", problem);
            else traces.Add(driver, point);
        }
    }

    /// <summary>Reads one row; returns what is wrong with it, or null.</summary>
    private static string? Parse(string row, int columns, int[] places, out DriverId driver, out TracePoint point)
    {
        point = default;
        driver = default;
        var fields = row.Split(',', StringSplitOptions.TrimEntries);
        if (fields.Length != columns) return $"{columns} columns are in the header, {fields.Length} in this row: {TraceText.Shorten(row)}";
        if (!DriverId.TryParse(fields[places[0]], out driver)) return $"driver_id '{TraceText.Shorten(fields[places[0]])}' must have 1 to 64 characters of A-Z a-z 0-9 . _ - ~ @ +";
        if (!TraceText.TryTime(fields[places[1]], out var timeMs)) return $"timestamp_utc '{TraceText.Shorten(fields[places[1]])}' is no ISO 8601 time";
        if (TraceText.ReadPlace(fields[places[2]], fields[places[3]], out var lat, out var lng) is { } problem) return problem;
        point = new(timeMs, lat, lng);
        return null;
    }
}
