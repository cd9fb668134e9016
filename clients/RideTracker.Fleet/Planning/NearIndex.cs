namespace RideTracker.Fleet.Planning;

/// <summary>Answers which segments of many lines can be near a spot, without asking each.</summary>
internal sealed class NearIndex
{
    /// <summary>Within this distance no segment is missed.</summary>
    public const double Meters = 48;

    private const double CellMeters = 100;
    private readonly Dictionary<(int, int), List<(Spot A, Spot B)>> _cells = [];

    public NearIndex(IEnumerable<IReadOnlyList<Spot>> lines)
    {
        foreach (var spots in lines)
        {
            for (var i = 1; i < spots.Count; i++) Add(spots[i - 1], spots[i]);
        }
    }

    public IReadOnlyList<(Spot A, Spot B)> Near(Spot spot) => _cells.TryGetValue((Cell(spot.X), Cell(spot.Y)), out var list) ? list : [];

    private void Add(Spot a, Spot b)
    {
        for (var x = Cell(Math.Min(a.X, b.X) - Meters); x <= Cell(Math.Max(a.X, b.X) + Meters); x++)
        {
            for (var y = Cell(Math.Min(a.Y, b.Y) - Meters); y <= Cell(Math.Max(a.Y, b.Y) + Meters); y++)
            {
                if (!_cells.TryGetValue((x, y), out var list)) _cells.Add((x, y), list = []);
                list.Add((a, b));
            }
        }
    }

    private static int Cell(double meters) => (int)Math.Floor(meters / CellMeters);
}
