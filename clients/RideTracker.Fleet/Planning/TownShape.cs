namespace RideTracker.Fleet.Planning;

/// <summary>Where the town's land, river, lake and park lie.</summary>
internal sealed class TownShape
{
    private const double LakeX = 140;
    private const double LakeY = 1330;
    private const double RiverSouth = -2450;

    private const double FarMeters = 320;

    private readonly NearIndex _shore;
    private readonly NearIndex _river;
    private readonly Dictionary<(int, int), bool> _cellIsLand = [];

    public TownShape(SeededRandom random)
    {
        var capes = new double[24];
        for (var i = 0; i < capes.Length; i++) capes[i] = random.Between(-0.055, 0.035);
        Land = new Polyline(Curves.Oval(new(0, 0), 2620, 2080, 240, i => 1 + Smooth(capes, i / 240.0) - Bay(i / 240.0)));
        _shore = new NearIndex([Land.Spots], FarMeters);
        Park = new Polyline(Curves.Oval(new(LakeX, LakeY - 20), 600, 390, 80, i => 1 + (0.03 * Curves.Wave(i / 16.0))));
        Lake = new Polyline(Curves.Oval(new(LakeX, LakeY), 250, 150, 60, i => 1 + (0.09 * Curves.Wave(i / 20.0))));
        var bends = random.Between(0.9, 1.15);
        var river = new List<Spot>();
        for (var y = LakeY - 60; y >= RiverSouth; y -= 45)
        {
            var t = (LakeY - y) / (LakeY - RiverSouth);
            river.Add(new(LakeX - (230 * Curves.Wave(t * bends)) - (60 * t), y));
        }

        River = new Polyline(river);
        _river = new NearIndex([river], FarMeters);
        var (left, right) = (new List<Spot>(), new List<Spot>());
        for (var i = 0; i < river.Count; i++)
        {
            var along = (river[Math.Min(i + 1, river.Count - 1)] - river[Math.Max(i - 1, 0)]).Unit;
            left.Add(river[i] + (along.Left * HalfWidth(river[i])));
            right.Add(river[i] - (along.Left * HalfWidth(river[i])));
        }

        LeftBank = new Polyline(left);
        RightBank = new Polyline(right);
    }

    /// <summary>The shore, closed.</summary>
    public Polyline Land { get; }

    public Polyline Park { get; }

    public Polyline Lake { get; }

    /// <summary>The middle of the river, from the lake to the sea.</summary>
    public Polyline River { get; }

    /// <summary>The eastern bank: the river flows south.</summary>
    public Polyline LeftBank { get; }

    public Polyline RightBank { get; }

    /// <summary>Half the river's width there, in metres: it widens towards the sea.</summary>
    public static double HalfWidth(Spot at)
    {
        var t = Math.Clamp((LakeY - at.Y) / (LakeY - RiverSouth), 0, 1);
        return 34 + (85 * t * t);
    }

    /// <summary>Metres from the shore, not told beyond 320; negative in the sea.</summary>
    public double Inland(Spot at)
    {
        var meters = _shore.MetersTo(at);
        // Far from the shore a whole cell is on one side of it.
        var cell = NearIndex.CellOf(at);
        if (_shore.Near(at).Count > 0) return Land.Encloses(at) ? meters : -meters;
        if (!_cellIsLand.TryGetValue(cell, out var isLand)) _cellIsLand.Add(cell, isLand = Land.Encloses(at));
        return isLand ? meters : -meters;
    }

    /// <summary>Metres from the middle of the river, not told beyond 320.</summary>
    public double FromRiver(Spot at) => _river.MetersTo(at);

    /// <summary>Whether a spot lies west of the river.</summary>
    public bool IsWest(Spot at)
    {
        if (at.Y > LakeY - 60) return at.X < LakeX;
        var river = River.Spots;
        var i = Math.Clamp((int)((LakeY - 60 - at.Y) / 45), 0, river.Count - 1);
        return at.X < river[i].X;
    }

    // The river mouth is a harbour bay: three quarters of the way round, counted from the east.
    private static double Bay(double turn)
    {
        var away = Math.Abs(turn - 0.775) / 0.06;
        return away < 1 ? 0.13 * (1 - (away * away)) * (1 - (away * away)) : 0;
    }

    private static double Smooth(double[] values, double turn)
    {
        var at = turn * values.Length;
        var i = (int)at;
        var t = at - i;
        var ease = t * t * (3 - (2 * t));
        return values[i % values.Length] + ((values[(i + 1) % values.Length] - values[i % values.Length]) * ease);
    }
}
