namespace RideTracker.Protocol.Streets;

/// <summary>A place on the earth, in degrees WGS 84.</summary>
public readonly record struct GeoPoint(double Lat, double Lng)
{
    private const double MetersPerDegree = 111_319.49;

    /// <summary>Metres to another point, exact to 0.1 % within a city (flat earth at the mean latitude).</summary>
    public double MetersTo(GeoPoint other)
    {
        var (east, north) = OffsetTo(other);
        return Math.Sqrt((east * east) + (north * north));
    }

    /// <summary>Degrees clockwise from true north towards another point, 0 to below 360.</summary>
    public double BearingTo(GeoPoint other)
    {
        var (east, north) = OffsetTo(other);
        var degrees = Math.Atan2(east, north) * (180 / Math.PI);
        return degrees < 0 ? degrees + 360 : degrees;
    }

    /// <summary>Metres to the east and to the north of this point at which the other lies.</summary>
    public (double East, double North) OffsetTo(GeoPoint other)
    {
        var metersPerLng = MetersPerDegree * Math.Cos((Lat + other.Lat) * (Math.PI / 360));
        return ((other.Lng - Lng) * metersPerLng, (other.Lat - Lat) * MetersPerDegree);
    }

    /// <summary>The point so many metres to the east and to the north of this one.</summary>
    public GeoPoint Offset(double eastMeters, double northMeters) => new(
        Lat + (northMeters / MetersPerDegree),
        Lng + (eastMeters / (MetersPerDegree * Math.Cos(Lat * (Math.PI / 180)))));

    /// <summary>The point at a share (0..1) of the straight way to another.</summary>
    public GeoPoint Towards(GeoPoint other, double share) => new(Lat + ((other.Lat - Lat) * share), Lng + ((other.Lng - Lng) * share));
}
