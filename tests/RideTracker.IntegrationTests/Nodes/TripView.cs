using System.Text.Json;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>A trip state as a rider reads it.</summary>
internal sealed record TripView(
    string Cursor, string Trip, string Status, int Version, double? Lat, double? Lng, long? Time, IReadOnlyList<(double Lng, double Lat, long Time)> Path, bool Stale, bool Reset, string Json)
{
    public static TripView Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var hasVehicle = root.TryGetProperty("vehicle", out var vehicle);
        var path = root.TryGetProperty("path", out var points)
            ? points.EnumerateArray().Select(point => (point[0].GetDouble(), point[1].GetDouble(), point[2].GetInt64())).ToList()
            : [];
        return new TripView(
            root.GetProperty("cursor").GetString()!,
            root.GetProperty("trip").GetString()!,
            root.GetProperty("status").GetString()!,
            root.GetProperty("version").GetInt32(),
            hasVehicle ? vehicle.GetProperty("lat").GetDouble() : null,
            hasVehicle ? vehicle.GetProperty("lng").GetDouble() : null,
            hasVehicle ? vehicle.GetProperty("time").GetInt64() : null,
            path,
            root.TryGetProperty("stale", out var stale) && stale.GetBoolean(),
            root.TryGetProperty("reset", out var reset) && reset.GetBoolean(),
            json);
    }
}
