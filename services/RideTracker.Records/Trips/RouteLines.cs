using System.Text.Json;

namespace RideTracker.Records.Trips;

/// <summary>A planned way's line as it is kept: JSON, <c>[[lng,lat],...]</c> to six decimals (10 cm).</summary>
internal static class RouteLines
{
    public static string Write(IEnumerable<(double Lng, double Lat)> line) =>
        JsonSerializer.Serialize(line.Select(point => (double[])[Math.Round(point.Lng, 6), Math.Round(point.Lat, 6)]));

    public static IReadOnlyList<(double Lng, double Lat)> Read(string json) =>
        [.. JsonSerializer.Deserialize<double[][]>(json)!.Select(point => (point[0], point[1]))];
}
