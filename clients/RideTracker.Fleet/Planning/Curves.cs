namespace RideTracker.Fleet.Planning;

/// <summary>Curves without sines.</summary>
internal static class Curves
{
    /// <summary>A wave of height 1 and period 1 that looks like a sine.</summary>
    public static double Wave(double t)
    {
        t -= Math.Floor(t);
        return t < 0.5 ? 16 * t * (0.5 - t) : -16 * (t - 0.5) * (1 - t);
    }

    /// <summary>A closed curve of <paramref name="count"/> spots that is between an ellipse and its box.</summary>
    /// <param name="stretch">Factor of the radius at spot number i.</param>
    public static List<Spot> Oval(Spot centre, double radiusX, double radiusY, int count, Func<int, double> stretch) =>
        Closed(centre, radiusX, radiusY, count, stretch, isBoxy: true);

    /// <summary>A closed curve that is an ellipse where nothing stretches it.</summary>
    public static List<Spot> Ellipse(Spot centre, double radiusX, double radiusY, int count, Func<int, double> stretch) =>
        Closed(centre, radiusX, radiusY, count, stretch, isBoxy: false);

    private static List<Spot> Closed(Spot centre, double radiusX, double radiusY, int count, Func<int, double> stretch, bool isBoxy)
    {
        var spots = new List<Spot>(count + 1);
        for (var i = 0; i < count; i++)
        {
            // Pythagoras' half-angle form walks round a quarter of the circle for t from 0 to 1.
            var quarter = i * 4 / count;
            var t = (i * 4.0 / count) - quarter;
            var direction = new Spot((1 - (t * t)) / (1 + (t * t)), 2 * t / (1 + (t * t)));
            for (var q = 0; q < quarter; q++) direction = direction.Left;
            var (x, y) = (direction.X / radiusX, direction.Y / radiusY);
            var length = isBoxy ? Math.Sqrt((x * x * x * x) + (y * y * y * y)) : (x * x) + (y * y);
            var radius = stretch(i) / Math.Sqrt(length);
            spots.Add(centre + (direction * radius));
        }

        spots.Add(spots[0]);
        return spots;
    }

    /// <summary>A curve through all spots (Catmull and Rom's), with so many steps from each to the next.</summary>
    public static List<Spot> Through(IReadOnlyList<Spot> spots, int steps)
    {
        var line = new List<Spot>(((spots.Count - 1) * steps) + 1) { spots[0] };
        for (var i = 1; i < spots.Count; i++)
        {
            var (a, b, c, d) = (spots[Math.Max(i - 2, 0)], spots[i - 1], spots[i], spots[Math.Min(i + 1, spots.Count - 1)]);
            for (var step = 1; step <= steps; step++)
            {
                var t = (double)step / steps;
                line.Add(((b * 2) + ((c - a) * t) + (((a * 2) - (b * 5) + (c * 4) - d) * (t * t)) + (((b * 3) - a - (c * 3) + d) * (t * t * t))) * 0.5);
            }
        }

        return line;
    }
}
