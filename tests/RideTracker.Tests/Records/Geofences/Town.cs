using NetTopologySuite.Geometries;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Streets;
using RideTracker.Records.Geofences;
using RideTracker.Records.Geofences.Crossings;
using RideTracker.Records.Geofences.Shapes;

namespace RideTracker.Tests.Records.Geofences;

/// <summary>A flat town in metres round one point, its geofences, and a driver in it.</summary>
internal sealed class Town(params Fence[] fences)
{
    public const long Start = 1_764_000_000_000;
    private static readonly GeoPoint Middle = new(37.77, -122.42);

    private readonly CrossingDetector _detector = new(new FenceIndex(fences.Select(fence => fence.Version).DefaultIfEmpty(9).Max(), fences), new GeofencesOptions());
    private readonly List<Crossing> _crossings = [];

    public DriverPresence Driver { get; set; } = new();

    public CrossingDetector Detector => _detector;

    /// <summary>A rectangle, metres to the east and north of the middle.</summary>
    public static Fence Box(string id, double west, double south, double east, double north, int? dwell = null) => Area(id, dwell, [(west, south), (east, south), (east, north), (west, north)]);

    public static Fence Area(string id, int? dwell, params (double East, double North)[] corners)
    {
        var ring = corners.Append(corners[0]).Select(corner => Middle.Offset(corner.East, corner.North)).Select(point => new Coordinate(point.Lng, point.Lat)).ToArray();
        return new Fence(id, 1, id, dwell, new FenceShape(new MultiPolygon([new Polygon(new LinearRing(ring))])));
    }

    public static DriverFix Fix(double seconds, double east, double north, float? accuracy = 3)
    {
        var point = Middle.Offset(east, north);
        return new DriverFix(Start + (long)(seconds * 1000), point.Lat, point.Lng) { AccuracyMeters = accuracy };
    }

    /// <summary>The driver is at a place; what that shows as "kind id@seconds".</summary>
    public IReadOnlyList<string> At(double seconds, double east, double north, float? accuracy = 3)
    {
        _crossings.Clear();
        _detector.Take(Driver, Fix(seconds, east, north, accuracy), _crossings);
        // As another host would get it.
        var stays = Driver.StaysJson();
        Driver.Stays = DriverPresence.ReadStays(stays);
        return [.. _crossings.Select(crossing => FormattableString.Invariant($"{crossing.Kind} {crossing.Fence.Id}@{Math.Round((crossing.TimeMs - Start) / 1000.0, 1)}"))];
    }

    public IReadOnlyList<Crossing> Last => _crossings;
}
