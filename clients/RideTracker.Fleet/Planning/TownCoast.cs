namespace RideTracker.Fleet.Planning;

/// <summary>The shore: rough where the sea meets the country, a quay with piers where it meets the harbour, and islands.</summary>
internal sealed class TownCoast
{
    // Where the shore lies outside the town's limits, metres: the shore road runs 110 m inside them.
    private const double QuayMeters = -74;
    private const double WildMeters = 24;
    private const double WildRoughMeters = 112;
    private const double BlendTurns = 0.012;
    private const int Steps = 480;

    // The country's coast, from the town's western end round the hills and back to its northern one.
    private static readonly Spot[] Country =
    [
        new(-2750, -1560), new(-3500, -1180), new(-4500, -1750), new(-6500, -1500), new(-8200, -2300), new(-10500, -1200), new(-12000, 800), new(-12600, 4000), new(-11000, 8000),
        new(-8000, 11000), new(-3000, 12500), new(1000, 11800), new(3400, 9600), new(3000, 7200), new(2350, 5400), new(3300, 4300), new(2800, 3350), new(2050, 2760),
    ];

    // Shares of a turn, metres long, metres wide.
    private static readonly (double Turn, double Length, double Width)[] Piers =
    [
        (0.709, 150, 34), (0.722, 200, 52), (0.737, 170, 34), (0.752, 130, 44), (0.802, 130, 30), (0.815, 240, 60), (0.829, 200, 44), (0.842, 260, 70), (0.853, 150, 34),
    ];

    private readonly Polyline _edge;
    private readonly Roughness _rough;

    public TownCoast(Polyline edge, SeededRandom random)
    {
        _edge = edge;
        _rough = new Roughness(random, 46);
        var country = new Roughness(random, 34);
        var shore = new List<Spot>();
        for (var i = (int)Math.Ceiling(TownShape.CountryEnds * Steps); i <= (1 + TownShape.CountryBegins) * Steps; i++) shore.Add(ShoreAt((double)i / Steps));
        var wild = Curves.Through([shore[0], .. Country, shore[^1]], 14);
        // From the town's northern end westwards round: against the way they are written.
        wild.Reverse();
        for (var i = 1; i < wild.Count - 1; i++)
        {
            var along = (wild[i + 1] - wild[i - 1]).Unit;
            var near = Math.Min(1, Math.Min(i, wild.Count - 1 - i) / 18.0);
            shore.Add(wild[i] + (along.Left * (country.At((double)i / wild.Count) * 620 * near)));
        }

        shore.Add(shore[0]);
        Lands = [new(shore), .. Piers.Select(Pier), .. Islands(random)];
    }

    /// <summary>The main land first, then piers and islands; each closed.</summary>
    public IReadOnlyList<Polyline> Lands { get; }

    /// <summary>The strip between the shore road and the sea, from one share of a turn to another.</summary>
    public Polyline Strip(double fromTurn, double toTurn)
    {
        var (sea, road) = (new List<Spot>(), new List<Spot>());
        for (var i = (int)(fromTurn * Steps); i <= toTurn * Steps; i++)
        {
            sea.Add(ShoreAt((double)i / Steps));
            road.Add(Beyond((double)i / Steps, -92));
        }

        road.Reverse();
        return new Polyline([.. sea, .. road, sea[0]]);
    }

    private Spot ShoreAt(double turn)
    {
        var wild = WildMeters + (WildRoughMeters * _rough.At(turn));
        var (into, outOf) = ((turn - TownShape.HarbourBegins) / BlendTurns, (TownShape.HarbourEnds - turn) / BlendTurns);
        var quay = Math.Clamp(Math.Min(into, outOf), 0, 1);
        return Beyond(turn, wild + ((QuayMeters - wild) * quay));
    }

    // So many metres outside the town's limits.
    private Spot Beyond(double turn, double meters)
    {
        var count = _edge.Spots.Count - 1;
        var at = turn * count;
        var i = (int)at;
        Spot Edge(int n) => _edge.Spots[((n % count) + count) % count];
        var spot = Edge(i) + ((Edge(i + 1) - Edge(i)) * (at - i));
        // The direction over several spots, so that a step of the limits is no step of the shore.
        return spot - ((Edge(i + 3) - Edge(i - 2)).Unit.Left * meters);
    }

    private Polyline Pier((double Turn, double Length, double Width) pier)
    {
        var (foot, ashore) = (Beyond(pier.Turn, QuayMeters), Beyond(pier.Turn, QuayMeters - 20));
        var outward = (foot - ashore).Unit;
        var side = outward.Left * (pier.Width / 2);
        var end = foot + (outward * pier.Length);
        return new Polyline([ashore - side, end - side, end + side, ashore + side, ashore - side]);
    }

    private static IEnumerable<Polyline> Islands(SeededRandom random)
    {
        foreach (var (at, x, y) in new[] { (new Spot(3450, 700), 330.0, 210.0), (new Spot(3900, 1120), 150, 110), (new Spot(-1500, -3350), 420, 190), (new Spot(10800, -600), 3600, 5600) })
        {
            var rough = new Roughness(random, 8);
            yield return new Polyline(Curves.Ellipse(at, x, y, 110, i => 1 + (0.45 * rough.At(i / 110.0))));
        }
    }
}
