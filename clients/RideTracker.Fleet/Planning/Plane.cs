using RideTracker.Protocol.Streets;

namespace RideTracker.Fleet.Planning;

/// <summary>A place in the town's own plane: metres to the east and north of its centre.</summary>
/// <remarks>
/// The town is built with + - * / and square roots only, which IEEE 754 fixes to the last bit, and no sine or power:
/// so the same seed gives the same bytes on every machine.
/// </remarks>
internal readonly record struct Spot(double X, double Y)
{
    // The degrees of one metre at 44.5 degrees north, written out for the reason above.
    private const double CentreLat = 44.5;
    private const double CentreLng = -30.0;
    private const double MetersPerLat = 111_319.49;
    private const double MetersPerLng = 79_398.67;

    public static Spot operator +(Spot a, Spot b) => new(a.X + b.X, a.Y + b.Y);

    public static Spot operator -(Spot a, Spot b) => new(a.X - b.X, a.Y - b.Y);

    public static Spot operator *(Spot a, double factor) => new(a.X * factor, a.Y * factor);

    public double Length => Math.Sqrt((X * X) + (Y * Y));

    /// <summary>This direction, one metre long.</summary>
    public Spot Unit => Length > 0 ? this * (1 / Length) : new Spot(1, 0);

    /// <summary>This direction turned left by 90 degrees.</summary>
    public Spot Left => new(-Y, X);

    public static double Cross(Spot a, Spot b) => (a.X * b.Y) - (a.Y * b.X);

    public static double Dot(Spot a, Spot b) => (a.X * b.X) + (a.Y * b.Y);

    public double MetersTo(Spot other) => (other - this).Length;

    /// <summary>The place on the earth, to 6 decimals (0.1 m), as files carry it.</summary>
    public GeoPoint ToGeo() => new(
        Math.Round(CentreLat + (Y / MetersPerLat), 6),
        Math.Round(CentreLng + (X / MetersPerLng), 6));
}

/// <summary>A line through several spots, with the questions that the town asks of it.</summary>
internal sealed class Polyline(IReadOnlyList<Spot> spots)
{
    public IReadOnlyList<Spot> Spots { get; } = spots;

    public static double MetersToSegment(Spot from, Spot a, Spot b)
    {
        var along = b - a;
        var share = Math.Clamp(Spot.Dot(from - a, along) / Spot.Dot(along, along), 0, 1);
        return from.MetersTo(a + (along * share));
    }

    /// <summary>Whether a closed line has the spot inside.</summary>
    public bool Encloses(Spot spot)
    {
        var inside = false;
        for (int i = 0, j = Spots.Count - 1; i < Spots.Count; j = i++)
        {
            var (a, b) = (Spots[i], Spots[j]);
            if (a.Y > spot.Y != b.Y > spot.Y && spot.X < ((b.X - a.X) * (spot.Y - a.Y) / (b.Y - a.Y)) + a.X) inside = !inside;
        }

        return inside;
    }

    /// <summary>The same line so many metres to its left (negative: right).</summary>
    public Polyline Beside(double meters)
    {
        var moved = new Spot[Spots.Count];
        for (var i = 0; i < moved.Length; i++)
        {
            var along = Spots[Math.Min(i + 1, Spots.Count - 1)] - Spots[Math.Max(i - 1, 0)];
            moved[i] = Spots[i] + (along.Unit.Left * meters);
        }

        return new Polyline(moved);
    }
}
