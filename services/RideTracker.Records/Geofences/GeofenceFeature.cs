using System.Text;
using System.Text.Json;
using RideTracker.Records.Geofences.Shapes;

namespace RideTracker.Records.Geofences;

/// <summary>A geofence as a GeoJSON Feature (RFC 7946).</summary>
/// <param name="Type"><c>Feature</c>.</param>
/// <param name="Id">Its name in URLs.</param>
/// <param name="Bbox">West, south, east, north in degrees; all round where it crosses the antimeridian.</param>
/// <param name="Properties">Name and dwell.</param>
/// <param name="Geometry">Polygon or MultiPolygon; null in lists that don't ask for it.</param>
internal sealed record GeofenceFeature(string Type, string Id, IReadOnlyList<double> Bbox, GeofenceProperties Properties, JsonElement? Geometry)
{
    public static GeofenceFeature Of(GeofenceRow row, bool withGeometry)
    {
        var box = row.Area.EnvelopeInternal;
        return new GeofenceFeature("Feature", row.Id, [box.MinX, box.MinY, box.MaxX, box.MaxY], new GeofenceProperties(row.Name, row.DwellSeconds), withGeometry ? Json(row) : null);
    }

    private static JsonElement Json(GeofenceRow row)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) GeoJsonArea.Write(writer, row.Area);
        return JsonElement.Parse(Encoding.UTF8.GetString(stream.ToArray()));
    }
}

/// <summary>What a geofence has besides its area.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="DwellSeconds">How long a driver must stay inside for a dwell event; absent for none.</param>
internal sealed record GeofenceProperties(string? Name, int? DwellSeconds);
