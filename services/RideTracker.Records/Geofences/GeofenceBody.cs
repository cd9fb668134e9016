using System.Globalization;
using System.Text.Json;
using NetTopologySuite.Geometries;
using RideTracker.Records.Api;
using RideTracker.Records.Geofences.Shapes;

namespace RideTracker.Records.Geofences;

/// <summary>What a client sends as a geofence: a GeoJSON Feature, or a bare geometry.</summary>
internal sealed record GeofenceBody(string? Name, int? DwellSeconds, MultiPolygon Area)
{
    private const int MaxNameLength = 200;
    private const int MaxDwellSeconds = 7 * 86_400;

    /// <summary>Reads it.</summary>
    /// <returns>What is wrong, naming the member; null if nothing is.</returns>
    public static string? Read(JsonElement json, int maxVertices, out GeofenceBody? body)
    {
        body = null;
        var feature = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("Feature");
        string? name = null;
        int? dwell = null;
        var geometry = json;
        if (feature)
        {
            if (!json.TryGetProperty("geometry", out geometry) || geometry.ValueKind == JsonValueKind.Null) return "geometry is missing: a Polygon or MultiPolygon is needed.";
            if (json.TryGetProperty("properties", out var properties) && properties.ValueKind != JsonValueKind.Null)
            {
                if (properties.ValueKind != JsonValueKind.Object) return "properties must be an object or null.";
                if (ReadProperties(properties, out name, out dwell) is { } wrong) return wrong;
            }
        }

        if (GeoJsonArea.Read(geometry, feature ? "geometry" : "", maxVertices, out var area) is { } error) return error;
        body = new GeofenceBody(name, dwell, area!);
        return null;
    }

    private static string? ReadProperties(JsonElement properties, out string? name, out int? dwell)
    {
        (name, dwell) = (null, null);
        if (properties.TryGetProperty("name", out var text) && text.ValueKind != JsonValueKind.Null)
        {
            if (text.ValueKind != JsonValueKind.String) return "properties.name must be a text.";
            name = text.GetString()!;
            if (name.Length > MaxNameLength) return $"properties.name has {name.Length} characters, {MaxNameLength} at the most.";
            if (FieldErrors.Unfit(name) is { } character) return string.Create(CultureInfo.InvariantCulture, $"properties.name has a character U+{(int)character:X4}.");
        }

        if (!properties.TryGetProperty("dwellSeconds", out var seconds) || seconds.ValueKind == JsonValueKind.Null) return null;
        if (seconds.ValueKind != JsonValueKind.Number || !seconds.TryGetInt32(out var value) || value is < 1 or > MaxDwellSeconds)
            return $"properties.dwellSeconds must be a whole number of seconds, 1 to {MaxDwellSeconds}.";
        dwell = value;
        return null;
    }
}
