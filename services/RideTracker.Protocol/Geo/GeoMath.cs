namespace RideTracker.Protocol.Geo;

/// <summary>Distances and courses on a sphere.</summary>
public static class GeoMath
{
    /// <summary>Mean radius of the earth in metres (IUGG).</summary>
    public const double EarthRadiusMeters = 6_371_008.8;

    /// <summary>Web Mercator's and Redis GEO's limit of latitude, in degrees.</summary>
    public const double MaxLatitude = 85.05112878;

    /// <summary>Metres between two places, in degrees (haversine; up to 0.5 % off the ellipsoid).</summary>
    public static double DistanceMeters(double lat1, double lng1, double lat2, double lng2)
    {
        var sinLat = Math.Sin((lat2 - lat1) * Math.PI / 360);
        var sinLng = Math.Sin((lng2 - lng1) * Math.PI / 360);
        var h = sinLat * sinLat + Math.Cos(lat1 * Math.PI / 180) * Math.Cos(lat2 * Math.PI / 180) * sinLng * sinLng;
        return 2 * EarthRadiusMeters * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }

    /// <summary>Initial course from the first place to the second, in degrees clockwise from north, 0 to 360.</summary>
    public static double CourseDegrees(double lat1, double lng1, double lat2, double lng2)
    {
        double a = lat1 * Math.PI / 180, b = lat2 * Math.PI / 180, d = (lng2 - lng1) * Math.PI / 180;
        var course = Math.Atan2(Math.Sin(d) * Math.Cos(b), Math.Cos(a) * Math.Sin(b) - Math.Sin(a) * Math.Cos(b) * Math.Cos(d)) * 180 / Math.PI;
        return (course + 360) % 360;
    }
}
