using System.Text.Json;
using RideTracker.Protocol.Streets;

namespace RideTracker.Records.Routing;

/// <summary>Reads what an OSRM server answers to <c>/route/v1</c> (its docs/http.md): an error's code, or the first of the routes.</summary>
internal static class OsrmAnswer
{
    // OSRM takes the nearest street however far it is, so a server of another region answers with a way there.
    private const double MostMetersToStreet = 1_000;
    private const int MostPoints = 10_000;
    private const double MostMeters = 20_000_000;
    private const double MostSeconds = 10_000_000;

    /// <summary>What it means.</summary>
    /// <returns><see cref="OsrmOutcome.Ok"/> with a way; <see cref="OsrmOutcome.NoRoute"/>, <see cref="OsrmOutcome.Refused"/> or <see cref="OsrmOutcome.Nonsense"/> without.</returns>
    public static (OsrmOutcome Outcome, PlannedWay? Way) Read(ReadOnlyMemory<byte> json, GeoPoint from, GeoPoint to)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.GetProperty("code").GetString() switch
            {
                "Ok" => ReadRoute(document.RootElement.GetProperty("routes"), from, to),
                "NoRoute" or "NoSegment" => (OsrmOutcome.NoRoute, null),
                // InvalidQuery, TooBig and the like.
                { Length: > 0 } => (OsrmOutcome.Refused, null),
                _ => (OsrmOutcome.Nonsense, null),
            };
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return (OsrmOutcome.Nonsense, null);
        }
    }

    private static (OsrmOutcome, PlannedWay?) ReadRoute(JsonElement routes, GeoPoint from, GeoPoint to)
    {
        var route = routes[0];
        var (meters, seconds) = (route.GetProperty("distance").GetDouble(), route.GetProperty("duration").GetDouble());
        var coordinates = route.GetProperty("geometry").GetProperty("coordinates");
        if (coordinates.GetArrayLength() > MostPoints) return (OsrmOutcome.TooLarge, null);
        var line = coordinates.EnumerateArray().Select(point => (Lng: point[0].GetDouble(), Lat: point[1].GetDouble())).ToArray();
        var sane = meters is >= 0 and <= MostMeters && seconds is >= 0 and <= MostSeconds && line.Length >= 2
            && Array.TrueForAll(line, point => point is { Lat: >= -90 and <= 90, Lng: >= -180 and <= 180 });
        if (!sane) return (OsrmOutcome.Nonsense, null);
        var near = Near(line[0], from) && Near(line[^1], to);
        return near ? (OsrmOutcome.Ok, new PlannedWay(line, meters, seconds)) : (OsrmOutcome.NoRoute, null);
    }

    private static bool Near((double Lng, double Lat) end, GeoPoint place) => new GeoPoint(end.Lat, end.Lng).MetersTo(place) <= MostMetersToStreet;
}
