using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Streets;

namespace RideTracker.Records.Trips;

/// <summary>Tells from a driver's fixes whether it has left its way. For one thread at a time.</summary>
internal sealed class WatchedWay(string trip, int routeVersion, GeoPoint[]? line)
{
    private long _newestMs;
    private int _off;

    public string Trip => trip;

    public int RouteVersion => routeVersion;

    /// <summary>A way is known.</summary>
    public bool HasLine => line is not null;

    /// <summary>When a plan was asked for last (Unix ms); 0: not yet.</summary>
    public long AskedMs { get; set; }

    /// <summary>Takes a fix; an older one than the newest says nothing.</summary>
    /// <returns>How many fixes in a row were off the way, this one included.</returns>
    public int Take(in DriverFix fix, double offMeters)
    {
        if (fix.FixTimeMs <= _newestMs) return 0;
        _newestMs = fix.FixTimeMs;
        // As far as the receiver itself says that it may be wrong, it proves nothing.
        var far = line is not null && MetersFrom(line, new GeoPoint(fix.Latitude, fix.Longitude)) - (fix.AccuracyMeters ?? 0) > offMeters;
        return _off = far ? _off + 1 : 0;
    }

    /// <summary>Metres from a point to the nearest place of a line (flat earth around the point: exact to 0.1 % within a city).</summary>
    internal static double MetersFrom(GeoPoint[] line, GeoPoint point)
    {
        var least = double.MaxValue;
        var (x1, y1) = point.OffsetTo(line[0]);
        for (var i = 1; i < line.Length; i++)
        {
            var (x2, y2) = point.OffsetTo(line[i]);
            var (dx, dy) = (x2 - x1, y2 - y1);
            var length = (dx * dx) + (dy * dy);
            var share = length == 0 ? 0 : Math.Clamp(-((x1 * dx) + (y1 * dy)) / length, 0, 1);
            var (x, y) = (x1 + (share * dx), y1 + (share * dy));
            least = Math.Min(least, (x * x) + (y * y));
            (x1, y1) = (x2, y2);
        }

        return Math.Sqrt(least);
    }
}
