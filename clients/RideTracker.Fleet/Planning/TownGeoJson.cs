using System.Buffers;
using System.Text.Json;
using RideTracker.Protocol.Streets;

namespace RideTracker.Fleet.Planning;

/// <summary>Writes the town as the map reads it.</summary>
internal static class TownGeoJson
{
    public static byte[] Write(TownShape shape, IReadOnlyList<Street> streets, IReadOnlyList<SceneryLine> scenery)
    {
        var buffer = new ArrayBufferWriter<byte>(512 * 1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "FeatureCollection"u8);
            writer.WriteString("name"u8, Town.Name);
            writer.WriteStartArray("features"u8);
            foreach (var land in shape.Coast.Lands) WriteArea(writer, "land", null, land.Spots);
            foreach (var park in shape.Parks) WriteArea(writer, "park", park.Name, park.Outline.Spots);
            WriteArea(writer, "water", "Maren Brook", Between(shape.BrookBanks));
            WriteArea(writer, "water", "Maren", Between(shape.RiverBanks));
            WriteArea(writer, "water", "Maren Lake", shape.Lake.Spots);
            foreach (var line in scenery) WriteScenery(writer, line);
            foreach (var street in streets) WriteStreet(writer, street);
            foreach (var (name, at) in TownLandmarks.Areas) WriteLabel(writer, "area", name, at);
            foreach (var (name, at) in TownLandmarks.Waters) WriteLabel(writer, name.EndsWith("Island", StringComparison.Ordinal) ? "area" : "water-name", name, at);
            WriteLabel(writer, "water-name", "Maren Lake", Middle(shape.Lake));
            foreach (var park in shape.Parks) WriteLabel(writer, "park-name", park.Name, Middle(park.Outline));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static List<Spot> Between((Polyline Left, Polyline Right) banks) => [.. banks.Left.Spots, .. banks.Right.Spots.Reverse(), banks.Left.Spots[0]];

    private static Spot Middle(Polyline closed)
    {
        var sum = new Spot(0, 0);
        foreach (var spot in closed.Spots.Skip(1)) sum += spot;
        return sum * (1.0 / (closed.Spots.Count - 1));
    }

    private static void WriteScenery(Utf8JsonWriter writer, SceneryLine line)
    {
        BeginFeature(writer, "LineString");
        writer.WriteStartArray("coordinates"u8);
        foreach (var spot in line.Spots) WritePoint(writer, spot.ToGeo());
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteStartObject("properties"u8);
        writer.WriteString("kind"u8, line.Kind);
        if (line.Road is { } road) writer.WriteString("road"u8, road);
        if (line.Name is { } name) writer.WriteString("name"u8, name);
        EndFeature(writer);
    }

    private static void WriteArea(Utf8JsonWriter writer, string kind, string? name, IReadOnlyList<Spot> outline)
    {
        // GeoJSON wants outer rings counter-clockwise.
        var twiceArea = 0.0;
        for (var i = 1; i < outline.Count; i++) twiceArea += Spot.Cross(outline[i - 1], outline[i]);
        BeginFeature(writer, "Polygon");
        writer.WriteStartArray("coordinates"u8);
        writer.WriteStartArray();
        foreach (var spot in twiceArea < 0 ? outline.Reverse() : outline) WritePoint(writer, spot.ToGeo());
        writer.WriteEndArray();
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteStartObject("properties"u8);
        writer.WriteString("kind"u8, kind);
        if (name is not null) writer.WriteString("name"u8, name);
        EndFeature(writer);
    }

    private static void WriteStreet(Utf8JsonWriter writer, Street street)
    {
        BeginFeature(writer, "LineString");
        writer.WriteStartArray("coordinates"u8);
        foreach (var point in street.Points) WritePoint(writer, point);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteStartObject("properties"u8);
        writer.WriteString("highway"u8, street.Highway);
        if (street.Name is { } name) writer.WriteString("name"u8, name);
        if (street.OneWay) writer.WriteBoolean("oneway"u8, true);
        if (street.MaxSpeedKmh is { } limit) writer.WriteNumber("maxspeed_kmh"u8, limit);
        EndFeature(writer);
    }

    private static void WriteLabel(Utf8JsonWriter writer, string kind, string name, Spot at)
    {
        BeginFeature(writer, "Point");
        writer.WritePropertyName("coordinates"u8);
        WritePoint(writer, at.ToGeo());
        writer.WriteEndObject();
        writer.WriteStartObject("properties"u8);
        writer.WriteString("kind"u8, kind);
        writer.WriteString("name"u8, name);
        EndFeature(writer);
    }

    private static void BeginFeature(Utf8JsonWriter writer, string geometry)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "Feature"u8);
        writer.WriteStartObject("geometry"u8);
        writer.WriteString("type"u8, geometry);
    }

    private static void EndFeature(Utf8JsonWriter writer)
    {
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WritePoint(Utf8JsonWriter writer, GeoPoint point)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(point.Lng);
        writer.WriteNumberValue(point.Lat);
        writer.WriteEndArray();
    }
}
