using System.Globalization;
using RideTracker.Protocol;

namespace RideTracker.Simulator.Traces;

/// <summary>Reads recorded traces: CSV with a header that names <c>driver_id, timestamp_utc, lat, lon</c>; other columns are ignored.</summary>
internal sealed class TraceFile
{
    private static readonly string[] Columns = ["driver_id", "timestamp_utc", "lat", "lon"];

    private TraceFile(IReadOnlyList<DriverDay> days, long rows, IReadOnlyList<string> badRows, long badRowCount)
    {
        Days = days;
        Rows = rows;
        BadRows = badRows;
        BadRowCount = badRowCount;
    }

    /// <summary>One entry per driver, in the order of the file.</summary>
    public IReadOnlyList<DriverDay> Days { get; }

    /// <summary>Rows below the header, bad ones included.</summary>
    public long Rows { get; }

    /// <summary>The first of the skipped rows, as "file:line: what is wrong".</summary>
    public IReadOnlyList<string> BadRows { get; }

    public long BadRowCount { get; }

    /// <summary>Reads a file line by line.</summary>
    /// <param name="skipBadRows">Count bad rows instead of stopping at the first.</param>
    /// <exception cref="SimulatorException">The file can't be read, or a row is bad: names file and line.</exception>
    public static async Task<TraceFile> ReadAsync(string path, bool skipBadRows, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = new StreamReader(path, new FileStreamOptions { Options = FileOptions.SequentialScan | FileOptions.Asynchronous });
            return await ReadAsync(reader, path, skipBadRows, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SimulatorException(ExitCodes.BadFile, $"{path}: can't be read: {e.Message}", e);
        }
    }

    /// <summary>Reads rows from a text that is called <paramref name="name"/> in errors.</summary>
    internal static async Task<TraceFile> ReadAsync(TextReader reader, string name, bool skipBadRows, CancellationToken cancellationToken)
    {
        var header = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        if (string.IsNullOrWhiteSpace(header)) throw Bad($"{name}:1: the file is empty: a header with {string.Join(",", Columns)} is needed.");
        var names = header.Split(',', StringSplitOptions.TrimEntries);
        var places = Array.ConvertAll(Columns, c => Array.FindIndex(names, n => string.Equals(n, c, StringComparison.OrdinalIgnoreCase)));
        var missing = Columns.Where((_, i) => places[i] < 0).ToArray();
        if (missing.Length > 0) throw Bad($"{name}:1: the header has no column {string.Join(", ", missing)}; it reads: {Shorten(header)}");

        var days = new Dictionary<string, List<TracePoint>>();
        var order = new List<(DriverId Id, List<TracePoint> Points)>();
        var badRows = new List<string>();
        long rows = 0, bad = 0;
        for (var line = 2; await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } row; line++)
        {
            if (row.Length == 0) continue;
            rows++;
            if (Parse(row, names.Length, places, out var driver, out var point) is { } problem)
            {
                var text = $"{name}:{line}: {problem}";
                if (!skipBadRows) throw Bad($"{text} (--skip-bad-rows goes on without such rows)");
                if (bad++ < 10) badRows.Add(text);
                continue;
            }

            if (!days.TryGetValue(driver, out var points))
            {
                days.Add(driver, points = []);
                order.Add((DriverId.Parse(driver), points));
            }

            points.Add(point);
        }

        if (order.Count == 0) throw Bad($"{name}: there is no row to replay.");
        return new TraceFile([.. order.Select(d => new DriverDay(d.Id, InOrder(d.Points)))], rows, badRows, bad);
    }

    private static List<TracePoint> InOrder(List<TracePoint> points)
    {
        for (var i = 1; i < points.Count; i++)
        {
            if (points[i].TimeMs < points[i - 1].TimeMs) return [.. points.OrderBy(p => p.TimeMs)];
        }

        return points;
    }

    /// <summary>Reads one row; returns what is wrong with it, or null.</summary>
    private static string? Parse(string row, int columns, int[] places, out string driver, out TracePoint point)
    {
        point = default;
        driver = "";
        var fields = row.Split(',', StringSplitOptions.TrimEntries);
        if (fields.Length != columns) return $"{columns} columns are in the header, {fields.Length} in this row: {Shorten(row)}";
        driver = fields[places[0]];
        if (!DriverId.TryParse(driver, out _)) return $"driver_id '{Shorten(driver)}' must have 1 to 64 characters of A-Z a-z 0-9 . _ - ~ @ +";
        if (!DateTimeOffset.TryParse(fields[places[1]], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return $"timestamp_utc '{Shorten(fields[places[1]])}' is no ISO 8601 time";
        }

        if (!TryDegrees(fields[places[2]], 90, out var lat)) return $"lat '{Shorten(fields[places[2]])}' is no number from -90 to 90";
        if (!TryDegrees(fields[places[3]], 180, out var lng)) return $"lon '{Shorten(fields[places[3]])}' is no number from -180 to 180";
        point = new(time.ToUnixTimeMilliseconds(), lat, lng);
        return null;
    }

    private static bool TryDegrees(string text, double most, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && Math.Abs(value) <= most;

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "...";

    private static SimulatorException Bad(string message) => new(ExitCodes.BadFile, message);
}
