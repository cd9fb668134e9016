namespace RideTracker.Fleet.Planning;

/// <summary>A part of the town with a grid of its own.</summary>
/// <param name="Along">The direction of its streets: a Pythagorean pair, exact without a sine.</param>
/// <param name="DepthMeters">Between its streets.</param>
/// <param name="WidthMeters">Between its cross streets.</param>
/// <param name="Holds">Whether a spot belongs to it, with the overrun by which lines surely cross the roads at its border.</param>
internal sealed record TownQuarter(Spot Along, double DepthMeters, double WidthMeters, Func<Spot, bool> Holds)
{
    /// <summary>How far its streets swing to and fro, metres; together, if the quarter is a hill.</summary>
    public double SwayMeters { get; init; } = 9;

    public bool IsHill { get; init; }

    /// <summary>How uneven the blocks are: the share by which they grow and shrink.</summary>
    public double Uneven { get; init; } = 0.12;

    public double OneWayChance { get; init; } = 0.2;

    /// <summary>Whether its cross streets are counted instead of named.</summary>
    public bool Numbered { get; init; }
}

/// <summary>Divides the town between its main roads into quarters, each with streets of its own direction and size.</summary>
internal static class TownQuarters
{
    /// <summary>By how much a quarter's lines run over its border, metres.</summary>
    private const double Over = 16;

    public static IReadOnlyList<TownQuarter> Of(TownShape shape)
    {
        bool West(Spot s) => shape.IsWest(s);
        bool East(Spot s) => !shape.IsWest(s);
        bool OverNorth(Spot s) => s.Y > MainRoads.NorthY(s.X) - Over;
        bool Middle(Spot s) => s.Y < MainRoads.NorthY(s.X) + Over && s.Y > MainRoads.GrandY(s.X) - Over;
        bool Central(Spot s) => s.Y < MainRoads.GrandY(s.X) + Over && s.Y > MainRoads.MotorwayY(s.X);
        bool South(Spot s) => s.Y < MainRoads.MotorwayY(s.X);
        bool BeyondWestern(Spot s) => s.X < MainRoads.WesternX(s.Y) + Over;
        bool EastOfWestern(Spot s) => s.X > MainRoads.WesternX(s.Y) - Over;
        return
        [
            // Old Town: small, crooked, one-way.
            new(new(24 / 25.0, 7 / 25.0), 60, 84, s => West(s) && Central(s) && s.X > MainRoads.StationX(s.Y) - Over) { SwayMeters = 14, Uneven = 0.28, OneWayChance = 0.62 },
            new(new(60 / 61.0, 11 / 61.0), 78, 122, s => West(s) && Central(s) && s.X < MainRoads.StationX(s.Y) + Over && EastOfWestern(s)) { OneWayChance = 0.5 },
            new(new(60 / 61.0, 11 / 61.0), 86, 138, s => West(s) && Middle(s) && EastOfWestern(s)) { OneWayChance = 0.4 },
            new(new(35 / 37.0, -12 / 37.0), 94, 152, s => s.Y > MainRoads.MotorwayY(s.X) && s.Y < MainRoads.NorthY(s.X) + Over && BeyondWestern(s)) { SwayMeters = 14 },
            new(new(12 / 13.0, 5 / 13.0), 98, 172, s => West(s) && OverNorth(s)) { SwayMeters = 46, IsHill = true, Uneven = 0.2, OneWayChance = 0.06 },
            new(new(12 / 13.0, -5 / 13.0), 112, 150, s => South(s) && BeyondWestern(s)) { SwayMeters = 16, OneWayChance = 0.08 },
            // The harbour's streets lead to its piers.
            new(new(220 / 221.0, 21 / 221.0), 84, 118, s => West(s) && South(s) && EastOfWestern(s)) { OneWayChance = 0.4 },
            new(new(60 / 61.0, 11 / 61.0), 92, 150, s => East(s) && Middle(s)) { OneWayChance = 0.35 },
            new(new(35 / 37.0, -12 / 37.0), 100, 176, s => East(s) && OverNorth(s)) { SwayMeters = 52, IsHill = true, Uneven = 0.2, OneWayChance = 0.06 },
            new(new(4 / 5.0, -3 / 5.0), 96, 146, s => East(s) && Central(s)) { OneWayChance = 0.4, Numbered = true },
            new(new(12 / 13.0, -5 / 13.0), 122, 178, s => East(s) && South(s)) { OneWayChance = 0.1, Uneven = 0.06, SwayMeters = 4 },
        ];
    }
}
