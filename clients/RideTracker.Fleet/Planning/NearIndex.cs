namespace RideTracker.Fleet.Planning;

/// <summary>Answers which segments of many lines can be near a spot, without asking each.</summary>
internal sealed class NearIndex
{
    private const double CellMeters = 100;
    private readonly double _reach;
    private readonly Dictionary<(int, int), List<(Spot A, Spot B)>> _cells = [];

    /// <param name="reachMeters">Within this distance no segment is missed.</param>
    public NearIndex(IEnumerable<IReadOnlyList<Spot>> lines, double reachMeters)
    {
        _reach = reachMeters;
        foreach (var spots in lines)
        {
            for (var i = 1; i < spots.Count; i++) Add(spots[i - 1], spots[i]);
        }
    }

    public IReadOnlyList<(Spot A, Spot B)> Near(Spot spot) => _cells.TryGetValue(CellOf(spot), out var list) ? list : [];

    /// <summary>Metres to the nearest segment, at most the reach.</summary>
    public double MetersTo(Spot spot)
    {
        var meters = _reach;
        foreach (var (a, b) in Near(spot)) meters = Math.Min(meters, Polyline.MetersToSegment(spot, a, b));
        return meters;
    }

    /// <summary>Spots of one cell have the same neighbours.</summary>
    public static (int X, int Y) CellOf(Spot spot) => (Cell(spot.X), Cell(spot.Y));

    private void Add(Spot a, Spot b)
    {
        for (var x = Cell(Math.Min(a.X, b.X) - _reach); x <= Cell(Math.Max(a.X, b.X) + _reach); x++)
        {
            for (var y = Cell(Math.Min(a.Y, b.Y) - _reach); y <= Cell(Math.Max(a.Y, b.Y) + _reach); y++)
            {
                if (!_cells.TryGetValue((x, y), out var list)) _cells.Add((x, y), list = []);
                list.Add((a, b));
            }
        }
    }

    private static int Cell(double meters) => (int)Math.Floor(meters / CellMeters);
}
