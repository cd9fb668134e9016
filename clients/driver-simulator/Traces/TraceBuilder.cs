using RideTracker.Protocol;

namespace RideTracker.Simulator.Traces;

/// <summary>Gathers the fixes of a file by driver, and counts what is none.</summary>
/// <param name="name">The file, as errors call it.</param>
/// <param name="skipBadRows">Count bad rows instead of stopping at the first.</param>
internal sealed class TraceBuilder(string name, bool skipBadRows)
{
    private const int MostShown = 10;

    private readonly Dictionary<DriverId, List<TracePoint>> _days = [];
    private readonly List<DriverId> _order = [];
    private readonly List<string> _badRows = [];
    private long _rows;
    private long _skipped;
    private long _bad;

    public string Name => name;

    /// <summary>Whose fixes they are where the file does not say: the file's name, with "-" for what no id may have.</summary>
    public DriverId FileDriver { get; } = FromFileName(name);

    public void Add(DriverId driver, TracePoint point)
    {
        _rows++;
        if (!_days.TryGetValue(driver, out var points))
        {
            _days.Add(driver, points = []);
            _order.Add(driver);
        }

        points.Add(point);
    }

    /// <summary>The fix of the driver that was added last, null where there is none.</summary>
    public TracePoint? Last(DriverId driver) => _days.TryGetValue(driver, out var points) ? points[^1] : null;

    /// <summary>Counts what is no fix, and no error.</summary>
    public void Skip(long count = 1)
    {
        _rows += count;
        _skipped += count;
    }

    /// <summary>Counts bad rows.</summary>
    /// <param name="place">The file, and where in it.</param>
    /// <param name="problem">What is wrong there.</param>
    /// <param name="count">Rows that are lost by it.</param>
    /// <exception cref="SimulatorException">Bad rows are not skipped.</exception>
    public void Bad(string place, string problem, long count = 1)
    {
        var text = $"{place}: {problem}";
        if (!skipBadRows) throw TraceText.Error($"{text} (--skip-bad-rows goes on without such rows)");
        if (_badRows.Count < MostShown) _badRows.Add(text);
        _rows += count;
        _bad += count;
    }

    /// <exception cref="SimulatorException">There is no fix.</exception>
    public TraceFile Build()
    {
        if (_order.Count == 0) throw TraceText.Error($"{name}: there is no row to replay{(_skipped > 0 ? $", only waypoints or points without time ({_skipped})" : "")}.");
        return new TraceFile
        {
            Days = [.. _order.Select(driver => new DriverDay(driver, InOrder(_days[driver])))],
            Rows = _rows,
            Skipped = _skipped,
            BadRows = _badRows,
            BadRowCount = _bad,
        };
    }

    private static List<TracePoint> InOrder(List<TracePoint> points)
    {
        for (var i = 1; i < points.Count; i++)
        {
            if (points[i].TimeMs < points[i - 1].TimeMs) return [.. points.OrderBy(p => p.TimeMs)];
        }

        return points;
    }

    private static DriverId FromFileName(string name)
    {
        var text = string.Concat(Path.GetFileNameWithoutExtension(name).Select(c => DriverId.TryParse(c.ToString(), out _) ? c : '-').Take(64));
        return DriverId.TryParse(text, out var id) ? id : DriverId.Parse("trace");
    }
}
