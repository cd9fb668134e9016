using NetTopologySuite.Geometries;
using RideTracker.Records.Geofences.Shapes;

namespace RideTracker.Tests.Records.Geofences;

/// <summary>
/// Fences over a city, so that each place has as many over it however many there are: ten districts of 24 corners in which every place is in six; more
/// fences are more such districts beside them.
/// </summary>
public static class FenceCity
{
    private const int PerDistrict = 10;
    private const double DistrictDegrees = 0.02;

    /// <summary>Makes the fences.</summary>
    public static IReadOnlyList<Fence> Make(int count) => [.. Enumerable.Range(0, count).Select(i =>
    {
        var (lat, lng) = Corner(count, i / PerDistrict);
        // Six circles over the district's middle, four more at its corners.
        var place = i % PerDistrict;
        var middle = place < 6 ? (Lat: 0.5, Lng: 0.5) : (Lat: place % 2 == 0 ? 0.05 : 0.95, Lng: place < 8 ? 0.05 : 0.95);
        var radius = place < 6 ? 0.4 + 0.015 * place : 0.05;
        return new Fence(FormattableString.Invariant($"f{i}"), 1, null, null, Circle(lat + middle.Lat * DistrictDegrees, lng + middle.Lng * DistrictDegrees, radius * DistrictDegrees));
    })];

    /// <summary>A place in the middle of one of the districts: in six fences.</summary>
    public static (double Lat, double Lng) Place(int count, Random random)
    {
        var (lat, lng) = Corner(count, random.Next(Math.Max(1, count / PerDistrict)));
        return (lat + (0.4 + 0.2 * random.NextDouble()) * DistrictDegrees, lng + (0.4 + 0.2 * random.NextDouble()) * DistrictDegrees);
    }

    private static (double Lat, double Lng) Corner(int count, int district)
    {
        var side = (int)Math.Ceiling(Math.Sqrt(Math.Max(1, count / PerDistrict)));
        return (37.5 + district / side * DistrictDegrees, -122.5 + district % side * DistrictDegrees);
    }

    private static FenceShape Circle(double lat, double lng, double radius)
    {
        const int Corners = 24;
        var points = new Coordinate[Corners + 1];
        for (var i = 0; i < Corners; i++)
        {
            var (sin, cos) = Math.SinCos(i * 2 * Math.PI / Corners);
            points[i] = new Coordinate(lng + radius * cos, lat + radius * sin);
        }

        points[Corners] = points[0];
        return new FenceShape(new MultiPolygon([new Polygon(new LinearRing(points))]));
    }
}
