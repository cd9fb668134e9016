namespace RideTracker.Fleet.Planning;

/// <summary>A line that the map shows and no car drives on.</summary>
/// <param name="Kind"><c>bridge</c>, <c>country</c> (a road beyond the town), <c>rail</c> or <c>waterway</c>.</param>
/// <param name="Road">The class of a road, as <c>highway</c> has it.</param>
/// <param name="Name">As the map says it.</param>
/// <param name="Spots">At least two.</param>
internal sealed record SceneryLine(string Kind, string? Road, string? Name, IReadOnlyList<Spot> Spots);

/// <summary>What makes the town a place and takes no part in driving: bridges, the railway, the roads out into the country.</summary>
internal static class TownScenery
{
    /// <summary>By how much a bridge reaches over the bank, metres.</summary>
    private const double AbutmentMeters = 9;
    private const double SampleMeters = 5;

    public static List<SceneryLine> Of(TownShape shape, IReadOnlyList<IReadOnlyList<Spot>> carriageways, List<CrossingMaker.Piece> pieces)
    {
        var lines = new List<SceneryLine>
        {
            new("waterway", null, "Maren", shape.River.Spots),
            new("waterway", null, "Maren Brook", shape.Brook.Spots),
            new("rail", null, null, Curves.Through([new(-8600, 2600), new(-5600, 2000), new(-3600, 2500), new(-2500, 2150), new(-1750, 1560), new(-1210, 900), new(-930, 420), new(-760, 60), new(-716, -70)], 10)),
            new("country", "primary", "North Road", Curves.Through([RingEnd(shape, new(-1480, 2000)), new(-1720, 2900), new(-2500, 4100), new(-2700, 6000), new(-1900, 8200), new(-2100, 11000)], 10)),
            new("country", "secondary", "Highmoor Road", Curves.Through([RingEnd(shape, new(760, 2060)), new(620, 2750), new(1350, 3900), new(1500, 5600), new(600, 7400), new(-1900, 8200)], 10)),
            new("country", "primary", "Coast Road", Curves.Through([RingEnd(shape, new(-2500, -230)), new(-3500, 200), new(-5000, 150), new(-7300, -300), new(-9600, 600), new(-10800, 2600)], 10)),
            new("country", "tertiary", "Moor Road", Curves.Through([new(-5000, 150), new(-5700, 1500), new(-5400, 3400), new(-4200, 4300), new(-2500, 4100)], 10)),
            new("country", "tertiary", "Fell Road", Curves.Through([new(-2500, 4100), new(-1300, 4000), new(-300, 3300), new(620, 2750)], 10)),
        };
        // The motorway goes on: westwards over the country, eastwards over the bay to the other shore.
        foreach (var carriageway in carriageways)
        {
            var isEastbound = carriageway[0].X < carriageway[^1].X;
            var (west, east) = isEastbound ? (carriageway[0], carriageway[^1]) : (carriageway[^1], carriageway[0]);
            var side = new Spot(0, isEastbound ? -13 : 13);
            lines.Add(new("country", "motorway", "M1", Curves.Through([west, new Spot(-3300, -790) + side, new Spot(-4700, -1050) + side, new Spot(-6500, -700) + side, new Spot(-9000, 900) + side, new Spot(-10600, 4200) + side], 8)));
            lines.Add(new("bridge", "motorway", "Bay Bridge", Curves.Through([east, new Spot(3400, -1010) + side, new Spot(5200, -980) + side, new Spot(7600, -700) + side], 8)));
            lines.Add(new("country", "motorway", "M1", Curves.Through([new Spot(7600, -700) + side, new Spot(9500, -300) + side, new Spot(11800, 1200) + side], 6)));
        }

        foreach (var piece in pieces) AddBridges(lines, shape, piece);
        return lines;
    }

    private static Spot RingEnd(TownShape shape, Spot near)
    {
        var ring = shape.Edge.Beside(110).Spots;
        return ring.MinBy(spot => spot.MetersTo(near));
    }

    // The parts of a piece that lie over the river, to the last spot the same as the street they carry.
    private static void AddBridges(List<SceneryLine> lines, TownShape shape, CrossingMaker.Piece piece)
    {
        var run = new List<Spot>();
        for (var i = 1; i < piece.Spots.Count; i++)
        {
            var (a, b) = (piece.Spots[i - 1], piece.Spots[i]);
            var steps = Math.Max(1, (int)(a.MetersTo(b) / SampleMeters));
            for (var step = 0; step <= steps; step++)
            {
                var spot = a + ((b - a) * ((double)step / steps));
                if (shape.FromRiver(spot) < TownShape.HalfWidth(spot) + AbutmentMeters) run.Add(spot);
                else End();
            }
        }

        End();

        void End()
        {
            if (run.Count > 2)
            {
                // Straight spans need their ends only; a curve keeps its bends.
                List<Spot> spots = [run[0]];
                for (var i = 1; i < run.Count - 1; i++)
                {
                    if (Spot.Cross((run[i] - spots[^1]).Unit, (run[i + 1] - run[i]).Unit) is < -0.004 or > 0.004) spots.Add(run[i]);
                }

                spots.Add(run[^1]);
                lines.Add(new("bridge", piece.Street.Highway, null, spots));
            }

            run.Clear();
        }
    }
}
