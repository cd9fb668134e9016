namespace RideTracker.Fleet.Planning;

/// <summary>Cuts drawn lines where they cross, joins what nearly meets, and drops stubs: lines become a network.</summary>
/// <remarks>The result holds whole decimetres, so that "the same place" is an exact question.</remarks>
internal sealed class CrossingMaker(IReadOnlyList<StreetLine> lines)
{
    private const int CellMeters = 60;
    private const double JoinMeters = 15;
    private const double StubMeters = 75;

    private readonly List<(double At, Spot Spot)>[] _crossings = [.. lines.Select(_ => new List<(double, Spot)>())];

    /// <summary>A piece of a street between two crossings (or a dead end): both ends included in <paramref name="Spots"/>.</summary>
    public sealed record Piece(StreetLine Street, IReadOnlyList<Spot> Spots)
    {
        /// <summary>Its street's, unless that would make a trap.</summary>
        public bool OneWay { get; init; } = Street.OneWay;

        public Spot From => Spots[0];

        public Spot To => Spots[^1];
    }

    public List<Piece> Make()
    {
        FindCrossings();
        var joined = JoinNear();
        var pieces = new List<Piece>();
        var seen = new HashSet<(Spot, Spot)>();
        for (var i = 0; i < lines.Count; i++)
        {
            foreach (var piece in Cut(i, joined))
            {
                // Two lines joined at both ends would be one street drawn twice.
                var key = piece.From.X < piece.To.X || (piece.From.X == piece.To.X && piece.From.Y < piece.To.Y) ? (piece.From, piece.To) : (piece.To, piece.From);
                if (piece.Street.IsRaised || piece.Spots.Count > 4 || seen.Add(key)) pieces.Add(piece);
            }
        }

        return pieces;
    }

    private static bool MayCross(StreetLine a, StreetLine b)
    {
        if (a.IsRaised || b.IsRaised) return false;
        if (!a.IsRamp && !b.IsRamp) return true;
        // A ramp ends at the roads that lead over the motorway, and nowhere else.
        var other = a.IsRamp ? b : a;
        return other.Highway is "primary" or "secondary";
    }

    private void FindCrossings()
    {
        var grid = new Dictionary<(int, int), List<(int Line, int Segment)>>();
        for (var line = 0; line < lines.Count; line++)
        {
            var spots = lines[line].Spots;
            for (var i = 1; i < spots.Count; i++)
            {
                var (a, b) = (spots[i - 1], spots[i]);
                for (var x = Cell(Math.Min(a.X, b.X)); x <= Cell(Math.Max(a.X, b.X)); x++)
                {
                    for (var y = Cell(Math.Min(a.Y, b.Y)); y <= Cell(Math.Max(a.Y, b.Y)); y++)
                    {
                        if (!grid.TryGetValue((x, y), out var list)) grid.Add((x, y), list = []);
                        foreach (var (otherLine, otherSegment) in list) TryCross(line, i, otherLine, otherSegment, (x, y));
                        list.Add((line, i));
                    }
                }
            }
        }

        // A motorway meets its ramps at the spot itself, not where lines cross.
        var rampEnds = lines.Where(l => l.IsRamp).SelectMany(l => new[] { l.Spots[0], l.Spots[^1] }).ToHashSet();
        for (var line = 0; line < lines.Count; line++)
        {
            if (!lines[line].IsRaised && !lines[line].IsRamp) continue;
            var spots = lines[line].Spots;
            for (var i = 0; i < spots.Count; i++)
            {
                var meets = lines[line].IsRaised ? rampEnds.Contains(spots[i]) : lines.Any(l => l.IsRaised && l.Spots.Contains(spots[i]));
                if (meets) _crossings[line].Add((i, spots[i]));
            }
        }
    }

    private void TryCross(int line, int segment, int otherLine, int otherSegment, (int X, int Y) cell)
    {
        if (line == otherLine || !MayCross(lines[line], lines[otherLine])) return;
        var (a, b) = (lines[line].Spots[segment - 1], lines[line].Spots[segment]);
        var (c, d) = (lines[otherLine].Spots[otherSegment - 1], lines[otherLine].Spots[otherSegment]);
        var cross = Spot.Cross(b - a, d - c);
        if (cross == 0) return;
        var t = Spot.Cross(c - a, d - c) / cross;
        var u = Spot.Cross(c - a, b - a) / cross;
        if (t is < 0 or > 1 || u is < 0 or > 1) return;
        var spot = a + ((b - a) * t);
        // Two segments share several cells; the crossing counts in its own.
        if ((Cell(spot.X), Cell(spot.Y)) != cell) return;
        _crossings[line].Add((segment - 1 + t, spot));
        _crossings[otherLine].Add((otherSegment - 1 + u, spot));
    }

    // Crossings that lie closer than a street is wide become one, at the place of the most important street.
    private Dictionary<Spot, Spot> JoinNear()
    {
        var joined = new Dictionary<Spot, Spot>();
        var grid = new Dictionary<(int, int), List<Spot>>();
        for (var i = 0; i < lines.Count; i++)
        {
            foreach (var (_, spot) in _crossings[i])
            {
                if (joined.ContainsKey(spot)) continue;
                var home = Nearest(grid, spot);
                if (home is null)
                {
                    home = Decimetres(spot);
                    var cell = (Cell(spot.X), Cell(spot.Y));
                    if (!grid.TryGetValue(cell, out var list)) grid.Add(cell, list = []);
                    list.Add(home.Value);
                }

                joined.Add(spot, home.Value);
            }
        }

        return joined;
    }

    private static Spot? Nearest(Dictionary<(int, int), List<Spot>> grid, Spot spot)
    {
        Spot? best = null;
        var bestMeters = JoinMeters;
        for (var x = Cell(spot.X) - 1; x <= Cell(spot.X) + 1; x++)
        {
            for (var y = Cell(spot.Y) - 1; y <= Cell(spot.Y) + 1; y++)
            {
                if (!grid.TryGetValue((x, y), out var list)) continue;
                foreach (var candidate in list)
                {
                    var meters = candidate.MetersTo(spot);
                    if (meters < bestMeters) (best, bestMeters) = (candidate, meters);
                }
            }
        }

        return best;
    }

    private List<Piece> Cut(int line, Dictionary<Spot, Spot> joined)
    {
        var street = lines[line];
        var stops = _crossings[line].OrderBy(c => c.At).Select(c => (c.At, Spot: joined[c.Spot])).ToList();
        var pieces = new List<Piece>();
        if (stops.Count == 0) return pieces;
        var closed = street.Spots[0] == street.Spots[^1];
        if (closed) stops.Add((stops[0].At + street.Spots.Count - 1, stops[0].Spot));
        if (!closed) AddStub(0, stops[0].At, stops[0].Spot, atStart: true);
        for (var i = 1; i < stops.Count; i++)
        {
            var (from, to) = (stops[i - 1], stops[i]);
            if (from.Spot == to.Spot) continue;
            List<Spot> spots = [from.Spot];
            for (var j = (int)from.At + 1; j < to.At; j++)
            {
                var bend = Decimetres(street.Spots[closed ? j % (street.Spots.Count - 1) : j]);
                // A bend right beside a crossing would be a kink.
                if (bend.MetersTo(from.Spot) > JoinMeters && bend.MetersTo(to.Spot) > JoinMeters) spots.Add(bend);
            }

            spots.Add(to.Spot);
            pieces.Add(new(street, spots));
        }

        if (!closed) AddStub(stops[^1].At, street.Spots.Count - 1, stops[^1].Spot, atStart: false);
        return pieces;

        // Short ends beyond the last crossing are how lines were made to meet; longer ones are cul-de-sacs.
        void AddStub(double fromAt, double toAt, Spot crossing, bool atStart)
        {
            var spots = new List<Spot>();
            for (var j = (int)Math.Ceiling(fromAt); j <= toAt; j++)
            {
                var bend = Decimetres(street.Spots[j]);
                if (bend.MetersTo(crossing) > JoinMeters) spots.Add(bend);
            }

            if (spots.Count == 0 || street.OneWay || !street.IsMinor) return;
            if (atStart) spots.Add(crossing);
            else spots.Insert(0, crossing);
            var meters = spots.Zip(spots.Skip(1), (a, b) => a.MetersTo(b)).Sum();
            if (meters > StubMeters) pieces.Add(new(street, spots));
        }
    }

    private static int Cell(double meters) => (int)Math.Floor(meters / CellMeters);

    private static Spot Decimetres(Spot spot) => new(Math.Round(spot.X * 10) / 10, Math.Round(spot.Y * 10) / 10);
}
