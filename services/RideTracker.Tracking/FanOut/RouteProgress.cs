using System.Text.Json;
using RideTracker.Protocol.Geo;

namespace RideTracker.Tracking.FanOut;

/// <summary>A planned way, and how much of it is left from a place: the same answer on every node, from the way and the place alone.</summary>
public sealed class RouteProgress
{
    // Farther off than this the car drives another way, and the plan says nothing about when it arrives.
    private const double OffRouteMeters = 300;

    // A stop may lie this far from the street that the way ends in. Farther, and the way is the one to the stop before.
    private const double StopMeters = 500;

    private readonly (double Lng, double Lat)[] _line;
    private readonly double[] _toEnd;
    private readonly double _seconds;

    private RouteProgress(int version, (double Lng, double Lat)[] line, double seconds, byte[] json)
    {
        Version = version;
        Json = json;
        _line = line;
        _seconds = seconds;
        _toEnd = new double[line.Length];
        for (var i = line.Length - 2; i >= 0; i--)
            _toEnd[i] = _toEnd[i + 1] + GeoMath.DistanceMeters(line[i].Lat, line[i].Lng, line[i + 1].Lat, line[i + 1].Lng);
    }

    public int Version { get; }

    /// <summary>The way as it is kept in the hub: <c>{"version","seconds","line"}</c>.</summary>
    public byte[] Json { get; }

    /// <summary>Reads what TripProjection wrote; null for anything else.</summary>
    public static RouteProgress? Parse(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var line = root.GetProperty("line").EnumerateArray().Select(point => (point[0].GetDouble(), point[1].GetDouble())).ToArray();
            return line.Length < 2 ? null : new RouteProgress(root.GetProperty("version").GetInt32(), line, root.GetProperty("seconds").GetDouble(), json);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Whether it ends at a stop: a trip that goes on to its next stop may wait a moment for the way there.</summary>
    public bool LeadsTo(NextStop stop) => GeoMath.DistanceMeters(_line[^1].Lat, _line[^1].Lng, stop.Latitude, stop.Longitude) <= StopMeters;

    /// <summary>Metres and seconds left from the point of the way that is nearest to a place; null if the place is off the way.</summary>
    public TravelEstimate? Remaining(double lat, double lng)
    {
        // Flat around the place: a way through a city is short enough.
        var east = Math.Cos(lat * Math.PI / 180) * Math.PI / 180 * GeoMath.EarthRadiusMeters;
        var north = Math.PI / 180 * GeoMath.EarthRadiusMeters;
        double best = double.MaxValue, left = 0;
        for (var i = 0; i + 1 < _line.Length; i++)
        {
            double ax = (_line[i].Lng - lng) * east, ay = (_line[i].Lat - lat) * north;
            double bx = (_line[i + 1].Lng - lng) * east, by = (_line[i + 1].Lat - lat) * north;
            double dx = bx - ax, dy = by - ay;
            var length = dx * dx + dy * dy;
            var part = length == 0 ? 0 : Math.Clamp(-(ax * dx + ay * dy) / length, 0, 1);
            double x = ax + part * dx, y = ay + part * dy;
            var distance = x * x + y * y;
            if (distance >= best) continue;
            best = distance;
            left = _toEnd[i + 1] + (1 - part) * (_toEnd[i] - _toEnd[i + 1]);
        }

        if (best > OffRouteMeters * OffRouteMeters) return null;
        return new TravelEstimate(left, _toEnd[0] == 0 ? 0 : _seconds * left / _toEnd[0]);
    }
}
