using System.Globalization;
using System.Text.Json;
using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.Valid;

namespace RideTracker.Records.Geofences.Shapes;

/// <summary>
/// Reads and writes areas as GeoJSON (RFC 7946): Polygon and MultiPolygon, with holes. What crosses the antimeridian may come cut in two (section
/// 3.1.9), with longitudes beyond 180, or as a ring that jumps from one side to the other; it is kept cut in two. An edge of more than 180 degrees is
/// therefore the short way round.
/// </summary>
public static class GeoJsonArea
{
    /// <summary>SRID of WGS 84.</summary>
    public const int Wgs84 = 4326;

    private const double MaxLongitude = 540;

    private static readonly GeometryFactory Factory = new(new PrecisionModel(), Wgs84);

    /// <summary>Reads a geometry.</summary>
    /// <param name="json">The geometry object.</param>
    /// <param name="member">How the caller calls it, for errors: empty for the body itself.</param>
    /// <param name="maxVertices">Most points of all rings together.</param>
    /// <param name="area">A valid area, longitudes -180 to 180; null where there is an error.</param>
    /// <returns>What is wrong, naming the member; null if nothing is.</returns>
    public static string? Read(JsonElement json, string member, int maxVertices, out MultiPolygon? area)
    {
        area = null;
        var reader = new Reader(maxVertices);
        try
        {
            area = reader.Read(json, member);
            return null;
        }
        catch (AreaException error)
        {
            return error.Message;
        }
    }

    /// <summary>Writes an area, rings in the right-hand order that RFC 7946 section 3.1.6 asks for.</summary>
    public static void Write(Utf8JsonWriter writer, MultiPolygon area)
    {
        writer.WriteStartObject();
        var single = area.NumGeometries == 1;
        writer.WriteString("type"u8, single ? "Polygon"u8 : "MultiPolygon"u8);
        writer.WritePropertyName("coordinates"u8);
        if (!single) writer.WriteStartArray();
        foreach (var polygon in area.Geometries.Cast<Polygon>())
        {
            writer.WriteStartArray();
            WriteRing(writer, polygon.Shell, ccw: true);
            foreach (var hole in polygon.Holes) WriteRing(writer, hole, ccw: false);
            writer.WriteEndArray();
        }

        if (!single) writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteRing(Utf8JsonWriter writer, LinearRing ring, bool ccw)
    {
        var points = ring.IsCCW == ccw ? ring.Coordinates : [.. ring.Coordinates.Reverse()];
        writer.WriteStartArray();
        foreach (var point in points)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(point.X);
            writer.WriteNumberValue(point.Y);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private sealed class Reader(int maxVertices)
    {
        private int _vertices;

        public MultiPolygon Read(JsonElement json, string member)
        {
            var of = member.Length == 0 ? "" : member + ".";
            if (json.ValueKind != JsonValueKind.Object) throw new AreaException($"{(member.Length == 0 ? "The body" : member)} must be a GeoJSON object.");
            var type = json.TryGetProperty("type", out var word) && word.ValueKind == JsonValueKind.String ? word.GetString() : null;
            if (type is not ("Polygon" or "MultiPolygon")) throw new AreaException($"{of}type must be Polygon or MultiPolygon{(type is null ? "" : $", but is '{Short(type)}'")}.");
            var path = of + "coordinates";
            if (!json.TryGetProperty("coordinates", out var coordinates) || coordinates.ValueKind != JsonValueKind.Array) throw new AreaException($"{path} must be an array.");
            if (coordinates.GetArrayLength() == 0) throw new AreaException($"{path} is empty.");
            var polygons = new List<Polygon>();
            if (type == "Polygon") polygons.Add(ReadPolygon(coordinates, path));
            else polygons.AddRange(coordinates.EnumerateArray().Select((part, i) => ReadPolygon(part, At(path, i))));
            var whole = Factory.CreateMultiPolygon([.. polygons.SelectMany(Split)]);
            if (whole.IsEmpty) throw new AreaException($"{path} covers nothing.");
            return new IsValidOp(whole).ValidationError is { } error ? throw new AreaException($"{path}: {Words(error)}; do two of its polygons overlap?") : whole;
        }

        private Polygon ReadPolygon(JsonElement json, string path)
        {
            if (json.ValueKind != JsonValueKind.Array) throw new AreaException($"{path} must be an array of rings.");
            if (json.GetArrayLength() == 0) throw new AreaException($"{path} is empty: a polygon needs at least one ring.");
            var rings = json.EnumerateArray().Select((ring, i) => ReadRing(ring, At(path, i))).ToList();
            var middle = rings[0].EnvelopeInternal.Centre.X;
            var holes = rings.Skip(1).Select(hole => Shifted(hole, 360 * Math.Round((middle - hole.EnvelopeInternal.Centre.X) / 360)));
            var polygon = Factory.CreatePolygon(rings[0], [.. holes]);
            return new IsValidOp(polygon).ValidationError is { } error ? throw new AreaException($"{path}: {Words(error)}.") : polygon;
        }

        private LinearRing ReadRing(JsonElement json, string path)
        {
            if (json.ValueKind != JsonValueKind.Array) throw new AreaException($"{path} must be an array of positions.");
            var length = json.GetArrayLength();
            if (length < 4) throw new AreaException($"{path} has {length} positions: a ring needs at least 4, the last the same as the first.");
            _vertices += length;
            if (_vertices > maxVertices) throw new AreaException($"{path}: more than {maxVertices} positions altogether (Geofences:MaxVertices).");
            var points = new Coordinate[length];
            var i = 0;
            foreach (var position in json.EnumerateArray())
            {
                points[i] = ReadPosition(position, At(path, i));
                i++;
            }

            if (!points[0].Equals2D(points[^1])) throw new AreaException($"{path} is not closed: its last position must be the same as its first.");
            // From one position to the next the short way: a jump over 180 degrees crosses the antimeridian.
            for (i = 1; i < length; i++) points[i].X -= 360 * Math.Round((points[i].X - points[i - 1].X) / 360, MidpointRounding.ToZero) + Jump(points[i].X - points[i - 1].X);
            if (!points[0].Equals2D(points[^1], 1e-9)) throw new AreaException($"{path} goes all the way round a pole: cut it at the antimeridian (RFC 7946 section 3.1.9).");
            points[^1] = points[0].Copy();
            return Factory.CreateLinearRing(points);
        }

        private static double Jump(double degrees)
        {
            var rest = degrees - 360 * Math.Round(degrees / 360, MidpointRounding.ToZero);
            return rest > 180 ? 360 : rest < -180 ? -360 : 0;
        }

        private static Coordinate ReadPosition(JsonElement json, string path)
        {
            if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() is < 2 or > 4
                || json[0].ValueKind != JsonValueKind.Number || json[1].ValueKind != JsonValueKind.Number
                || !json[0].TryGetDouble(out var lng) || !json[1].TryGetDouble(out var lat))
                throw new AreaException($"{path} must be a position: [longitude, latitude].");
            if (!(Math.Abs(lng) <= MaxLongitude)) throw new AreaException($"{path}[0] is out of range: a longitude is -540 to 540.");
            if (!(Math.Abs(lat) <= 90)) throw new AreaException($"{path}[1] is out of range: a latitude is -90 to 90 (longitude comes first).");
            return new Coordinate(lng, lat);
        }

        // Into longitudes -180 to 180, cut where it goes beyond.
        private static IEnumerable<Polygon> Split(Polygon polygon)
        {
            var bounds = polygon.EnvelopeInternal;
            var first = (int)Math.Floor((bounds.MinX + 180) / 360);
            var last = (int)Math.Ceiling((bounds.MaxX + 180) / 360) - 1;
            if (first == last)
            {
                yield return first == 0 ? polygon : (Polygon)Shifted(polygon, -360.0 * first);
                yield break;
            }

            for (var turn = first; turn <= last; turn++)
            {
                var world = Factory.ToGeometry(new Envelope(-180 + 360.0 * turn, 180 + 360.0 * turn, -90, 90));
                var part = polygon.Intersection(world);
                for (var i = 0; i < part.NumGeometries; i++)
                {
                    if (part.GetGeometryN(i) is Polygon { IsEmpty: false } piece) yield return (Polygon)Shifted(piece, -360.0 * turn);
                }
            }
        }

        private static T Shifted<T>(T geometry, double degrees)
            where T : Geometry
        {
            if (degrees == 0) return geometry;
            var shifted = (T)geometry.Copy();
            foreach (var point in shifted.Coordinates) point.X += degrees;
            shifted.GeometryChanged();
            return shifted;
        }

        private static string At(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

        private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";

        private static string Words(TopologyValidationError error)
        {
            var what = error.ErrorType switch
            {
                TopologyValidationErrors.SelfIntersection or TopologyValidationErrors.RingSelfIntersection => "its border cuts or touches itself",
                TopologyValidationErrors.HoleOutsideShell => "a hole lies outside of the outer ring",
                TopologyValidationErrors.NestedHoles => "a hole lies in another hole",
                TopologyValidationErrors.DisconnectedInteriors => "its holes cut it in two",
                TopologyValidationErrors.NestedShells => "one polygon lies in another",
                TopologyValidationErrors.DuplicateRings => "two rings are the same",
                TopologyValidationErrors.TooFewPoints => "a ring covers nothing",
                _ => error.Message,
            };
            return string.Create(CultureInfo.InvariantCulture, $"{what} at [{error.Coordinate.X}, {error.Coordinate.Y}]");
        }
    }

    private sealed class AreaException(string message) : Exception(message);
}
