namespace RideTracker.Fleet.Planning;

/// <summary>Where the town's land, river, lake and parks lie.</summary>
internal sealed class TownShape
{
    /// <summary>Counted from the east, against the clock, as shares of a whole turn: from here to <see cref="CountryEnds"/> the town borders on the country, else on the sea.</summary>
    public const double CountryBegins = 0.17;
    public const double CountryEnds = 0.60;
    public const double HarbourBegins = 0.70;
    public const double HarbourEnds = 0.86;

    private const double LakeX = 140;
    private const double LakeY = 1330;
    private const double RiverSouth = -2450;

    private const double FarMeters = 320;

    private readonly NearIndex _edge;
    private readonly NearIndex _river;
    private readonly Dictionary<(int, int), bool> _cellIsTown = [];

    public TownShape(SeededRandom random)
    {
        var capes = new double[24];
        for (var i = 0; i < capes.Length; i++) capes[i] = random.Between(-0.055, 0.035);
        Edge = new Polyline(Curves.Oval(new(0, 0), 2620, 2080, 240, i => 1 + Roughness.Smooth(capes, i / 240.0) - Bay(i / 240.0)));
        _edge = new NearIndex([Edge.Spots], FarMeters);
        Coast = new TownCoast(Edge, random);
        var banks = new Roughness(random, 7);
        Lake = new Polyline(Curves.Ellipse(new(LakeX, LakeY), 260, 150, 90, i => 1 + (0.4 * banks.At(i / 90.0))));
        Parks = TownParks.Make(Coast, new(LakeX, LakeY - 20), random);

        var bends = random.Between(0.9, 1.15);
        var river = new List<Spot>();
        for (var y = LakeY - 60; y >= RiverSouth; y -= 45)
        {
            var t = (LakeY - y) / (LakeY - RiverSouth);
            river.Add(new(LakeX - (230 * Curves.Wave(t * bends)) - (60 * t), y));
        }

        River = new Polyline(river);
        Brook = new Polyline(Curves.Through([new(-2600, 8200), new(-1500, 6900), new(-1300, 5600), new(-250, 4500), new(-350, 3500), new(160, 2700), new(120, 2000), new(LakeX, LakeY + 60)], 12));
        _river = new NearIndex([river, Brook.Spots], FarMeters);
        RiverBanks = (Bank(River, 1), Bank(River, -1));
        BrookBanks = (Bank(Brook, 1), Bank(Brook, -1));
    }

    /// <summary>The town's limits, closed: inside is the town, outside the sea or the country.</summary>
    public Polyline Edge { get; }

    /// <summary>The shore that the map shows, beyond the town's limits.</summary>
    public TownCoast Coast { get; }

    public IReadOnlyList<TownPark> Parks { get; }

    public Polyline Lake { get; }

    /// <summary>The middle of the river, from the lake to the sea.</summary>
    public Polyline River { get; }

    /// <summary>What feeds the lake, from the hills.</summary>
    public Polyline Brook { get; }

    /// <summary>The left bank is the eastern one: the river flows south.</summary>
    public (Polyline Left, Polyline Right) RiverBanks { get; }

    public (Polyline Left, Polyline Right) BrookBanks { get; }

    /// <summary>Half the river's width there, in metres: it widens towards the sea.</summary>
    public static double HalfWidth(Spot at)
    {
        if (at.Y > LakeY) return 15;
        var t = Math.Clamp((LakeY - at.Y) / (LakeY - RiverSouth), 0, 1);
        return 34 + (85 * t * t);
    }

    /// <summary>Metres from the town's limits, not told beyond 320; negative outside.</summary>
    public double Inside(Spot at)
    {
        var meters = _edge.MetersTo(at);
        // Far from the limits a whole cell is on one side of them.
        var cell = NearIndex.CellOf(at);
        if (_edge.Near(at).Count > 0) return Edge.Encloses(at) ? meters : -meters;
        if (!_cellIsTown.TryGetValue(cell, out var isTown)) _cellIsTown.Add(cell, isTown = Edge.Encloses(at));
        return isTown ? meters : -meters;
    }

    /// <summary>Metres from the middle of the river or the brook, not told beyond 320.</summary>
    public double FromRiver(Spot at) => _river.MetersTo(at);

    public bool IsPark(Spot at)
    {
        foreach (var park in Parks)
        {
            if (park.Encloses(at)) return true;
        }

        return false;
    }

    /// <summary>Whether a spot lies west of the river.</summary>
    public bool IsWest(Spot at)
    {
        if (at.Y > LakeY - 60) return at.X < LakeX;
        var river = River.Spots;
        var i = Math.Clamp((int)((LakeY - 60 - at.Y) / 45), 0, river.Count - 1);
        return at.X < river[i].X;
    }

    /// <summary>How far round the town's limits a spot lies, from the east against the clock: 0 to 1.</summary>
    public double TurnOf(Spot at)
    {
        var nearest = 0;
        for (var i = 1; i < Edge.Spots.Count; i++)
        {
            if (Edge.Spots[i].MetersTo(at) < Edge.Spots[nearest].MetersTo(at)) nearest = i;
        }

        return (double)nearest / (Edge.Spots.Count - 1) % 1;
    }

    private static Polyline Bank(Polyline middle, double side)
    {
        var bank = new List<Spot>();
        for (var i = 0; i < middle.Spots.Count; i++)
        {
            var along = (middle.Spots[Math.Min(i + 1, middle.Spots.Count - 1)] - middle.Spots[Math.Max(i - 1, 0)]).Unit;
            bank.Add(middle.Spots[i] + (along.Left * (side * HalfWidth(middle.Spots[i]))));
        }

        return new Polyline(bank);
    }

    // The river mouth is a harbour bay: three quarters of the way round, counted from the east.
    private static double Bay(double turn)
    {
        var away = Math.Abs(turn - 0.775) / 0.06;
        return away < 1 ? 0.13 * (1 - (away * away)) * (1 - (away * away)) : 0;
    }
}
