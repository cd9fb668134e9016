namespace RideTracker.Fleet.Planning;

/// <summary>A park, and the street round it where it has one.</summary>
/// <param name="Name">As the map says it.</param>
/// <param name="Outline">Its border, closed.</param>
/// <param name="Loop">The street round it: null in the country and on the shore.</param>
/// <param name="LoopName">That street's name.</param>
internal sealed record TownPark(string Name, Polyline Outline, IReadOnlyList<Spot>? Loop = null, string LoopName = "")
{
    private readonly (double West, double South, double East, double North) _box =
        (Outline.Spots.Min(s => s.X), Outline.Spots.Min(s => s.Y), Outline.Spots.Max(s => s.X), Outline.Spots.Max(s => s.Y));

    public bool Encloses(Spot spot) =>
        spot.X >= _box.West && spot.X <= _box.East && spot.Y >= _box.South && spot.Y <= _box.North && Outline.Encloses(spot);

    /// <summary>A square of the town: four straight sides, soft corners, along the streets.</summary>
    public static TownPark Square(string name, Spot centre, Spot along, double length, double depth, string loopName)
    {
        const double LoopMeters = 16;
        return new(name, new Polyline(Box(length / 2, depth / 2, 14)), Box((length / 2) + LoopMeters, (depth / 2) + LoopMeters, 22), loopName);

        List<Spot> Box(double x, double y, double corner)
        {
            (double X, double Y)[] spots =
            [
                (x - corner, -y), (x - (corner * 0.3), -y + (corner * 0.3)), (x, -y + corner), (x, y - corner), (x - (corner * 0.3), y - (corner * 0.3)), (x - corner, y),
                (-x + corner, y), (-x + (corner * 0.3), y - (corner * 0.3)), (-x, y - corner), (-x, -y + corner), (-x + (corner * 0.3), -y + (corner * 0.3)), (-x + corner, -y),
            ];
            List<Spot> outline = [.. spots.Select(s => centre + (along * s.X) + (along.Left * s.Y))];
            outline.Add(outline[0]);
            return outline;
        }
    }

    /// <summary>A wood or common with a border that nobody drew.</summary>
    public static TownPark Wild(string name, Spot centre, double radiusX, double radiusY, SeededRandom random, double roughness = 0.42)
    {
        var rough = new Roughness(random, 7);
        return new(name, new Polyline(Curves.Ellipse(centre, radiusX, radiusY, 90, i => 1 + (roughness * rough.At(i / 90.0)))));
    }
}
