using System.Text.Json;

namespace RideTracker.Protocol.Streets;

public sealed partial class StreetGraph
{
    /// <summary>Reads a GeoJSON FeatureCollection whose LineStrings carry <c>highway</c>, and where known <c>name</c>, <c>oneway</c> and <c>maxspeed_kmh</c>.</summary>
    /// <exception cref="FormatException">It is no such file; the message says which feature is wrong.</exception>
    public static async Task<StreetGraph> LoadGeoJsonAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken).ConfigureAwait(false);
            return Build(ReadStreets(document.RootElement));
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static List<Street> ReadStreets(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("features", out var features) || features.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("Not a GeoJSON FeatureCollection: there is no array 'features'.");
        }

        var streets = new List<Street>();
        var index = -1;
        foreach (var feature in features.EnumerateArray())
        {
            index++;
            try
            {
                if (ReadStreet(feature) is { } street)
                {
                    streets.Add(street);
                }
            }
            catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
            {
                throw new FormatException($"Feature {index} is not a street as expected: {e.Message}", e);
            }
        }

        return streets;
    }

    private static Street? ReadStreet(JsonElement feature)
    {
        var geometry = feature.GetProperty("geometry");
        if (geometry.ValueKind == JsonValueKind.Null || !geometry.GetProperty("type").ValueEquals("LineString"))
        {
            return null;
        }

        var properties = feature.GetProperty("properties");
        if (properties.ValueKind != JsonValueKind.Object || !properties.TryGetProperty("highway", out var highway))
        {
            return null;
        }

        var points = new List<GeoPoint>();
        foreach (var pair in geometry.GetProperty("coordinates").EnumerateArray())
        {
            var point = new GeoPoint(pair[1].GetDouble(), pair[0].GetDouble());
            if (point is not { Lat: >= -90 and <= 90, Lng: >= -180 and <= 180 })
            {
                throw new FormatException("its coordinates are not longitude and latitude in degrees.");
            }

            if (points.Count == 0 || points[^1] != point)
            {
                points.Add(point);
            }
        }

        return points.Count < 2 ? null : new Street
        {
            Highway = highway.GetString()!,
            Name = properties.TryGetProperty("name", out var name) ? name.GetString() : null,
            OneWay = properties.TryGetProperty("oneway", out var oneway) && oneway.ValueKind == JsonValueKind.True,
            MaxSpeedKmh = properties.TryGetProperty("maxspeed_kmh", out var limit) && limit.ValueKind == JsonValueKind.Number && limit.GetDouble() > 0
                ? limit.GetDouble()
                : null,
            Points = points,
        };
    }
}
