using System.Text;
using System.Text.Json;
using NetTopologySuite.Geometries;
using RideTracker.Records.Geofences.Shapes;

namespace RideTracker.Tests.Records.Geofences;

/// <summary>Areas as GeoJSON: what is read, what is refused and with which words.</summary>
public class GeoJsonAreaTests
{
    private const string Square = "[[8,47],[9,47],[9,48],[8,48],[8,47]]";

    [Fact]
    public void Polygon_WithAHole_CoversAllButTheHole()
    {
        var shape = new FenceShape(Read($$"""{"type":"Polygon","coordinates":[{{Square}},[[8.4,47.4],[8.6,47.4],[8.6,47.6],[8.4,47.6],[8.4,47.4]]]}"""));

        Assert.True(shape.Covers(47.2, 8.2));
        Assert.False(shape.Covers(47.5, 8.5));
        Assert.False(shape.Covers(47.5, 9.1));
    }

    [Fact]
    public void MultiPolygon_CoversEachOfItsParts()
    {
        var shape = new FenceShape(Read($$"""{"type":"MultiPolygon","coordinates":[[{{Square}}],[[[20,10],[21,10],[21,11],[20,11],[20,10]]]]}"""));

        Assert.True(shape.Covers(47.5, 8.5));
        Assert.True(shape.Covers(10.5, 20.5));
        Assert.False(shape.Covers(30, 15));
    }

    [Theory]
    [InlineData("beyond 180", """{"type":"Polygon","coordinates":[[[178,-18],[182,-18],[182,-16],[178,-16],[178,-18]]]}""")]
    [InlineData("beyond -180", """{"type":"Polygon","coordinates":[[[-182,-18],[-178,-18],[-178,-16],[-182,-16],[-182,-18]]]}""")]
    [InlineData("jump", """{"type":"Polygon","coordinates":[[[178,-18],[-178,-18],[-178,-16],[178,-16],[178,-18]]]}""")]
    [InlineData("cut in two", """{"type":"MultiPolygon","coordinates":[[[[178,-18],[180,-18],[180,-16],[178,-16],[178,-18]]],[[[-180,-18],[-178,-18],[-178,-16],[-180,-16],[-180,-18]]]]}""")]
    public void Antimeridian_HoweverItIsWritten_IsTheSameArea(string how, string json)
    {
        var area = Read(json);
        var shape = new FenceShape(area);
        List<double> cuts = [];

        Assert.True(area.EnvelopeInternal is { MinX: >= -180, MaxX: <= 180 }, how);
        Assert.Equal(2, area.NumGeometries);
        Assert.Equal(8, area.Area, 9);
        Assert.True(shape.Covers(-17, 179.9));
        Assert.True(shape.Covers(-17, -179.9));
        Assert.True(shape.Covers(-17, 180.1));
        Assert.False(shape.Covers(-17, 177.9));
        Assert.False(shape.Covers(-17, -177.9));
        // No border stands at the antimeridian.
        shape.Cut(-17, 179.5, -17, 180.5, cuts);
        Assert.Empty(cuts);
        shape.Cut(-17, -177.5, -17, -180.5, cuts);
        Assert.Single(cuts);
    }

    [Fact]
    public void Antimeridian_WithAHoleWrittenOnTheOtherSide_KeepsTheHole()
    {
        var shape = new FenceShape(Read("""{"type":"Polygon","coordinates":[[[170,0],[190,0],[190,10],[170,10],[170,0]],[[-175,4],[-174,4],[-174,5],[-175,5],[-175,4]]]}"""));

        Assert.False(shape.Covers(4.5, -174.5));
        Assert.True(shape.Covers(4.5, -176));
    }

    [Theory]
    [InlineData("""[1]""", "The body must be a GeoJSON object")]
    [InlineData("""{"type":"Point","coordinates":[1,2]}""", "type must be Polygon or MultiPolygon, but is 'Point'")]
    [InlineData("""{"coordinates":[]}""", "type must be")]
    [InlineData("""{"type":"Polygon"}""", "coordinates must be an array")]
    [InlineData("""{"type":"Polygon","coordinates":[]}""", "coordinates is empty")]
    [InlineData("""{"type":"MultiPolygon","coordinates":[[]]}""", "coordinates[0] is empty")]
    [InlineData("""{"type":"Polygon","coordinates":[[[8,47],[9,47],[8,47]]]}""", "coordinates[0] has 3 positions")]
    [InlineData("""{"type":"Polygon","coordinates":[[[8,47],[9,47],[9,48],[8,48]]]}""", "coordinates[0] is not closed")]
    [InlineData("""{"type":"Polygon","coordinates":[[[8,47],[9,95],[9,48],[8,48],[8,47]]]}""", "coordinates[0][1][1] is out of range")]
    [InlineData("""{"type":"Polygon","coordinates":[[[8,47],[900,47],[9,48],[8,48],[8,47]]]}""", "coordinates[0][1][0] is out of range")]
    [InlineData("""{"type":"Polygon","coordinates":[[[8,47],["9",47],[9,48],[8,48],[8,47]]]}""", "coordinates[0][1] must be a position")]
    [InlineData("""{"type":"Polygon","coordinates":[[[8,47],[9,48],[9,47],[8,48],[8,47]]]}""", "coordinates: its border cuts or touches itself at [8.5, 47.5]")]
    [InlineData("""{"type":"Polygon","coordinates":[[[8,47],[9,47],[8,47],[9,47],[8,47]]]}""", "coordinates: ")]
    [InlineData("""{"type":"Polygon","coordinates":[[[8,47],[9,47],[9,48],[8,48],[8,47]],[[1,1],[2,1],[2,2],[1,1]]]}""", "a hole lies outside")]
    [InlineData("""{"type":"MultiPolygon","coordinates":[[[[8,47],[9,47],[9,48],[8,48],[8,47]]],[[[8.5,47],[9.5,47],[9.5,48],[8.5,48],[8.5,47]]]]}""", "polygons overlap")]
    [InlineData("""{"type":"Polygon","coordinates":[[[0,80],[120,80],[-120,80],[0,80]]]}""", "coordinates[0] goes all the way round a pole")]
    public void Area_ThatIsWrong_IsRefusedByItsMember(string json, string words)
    {
        using var document = JsonDocument.Parse(json);

        var error = GeoJsonArea.Read(document.RootElement, "", 100, out var area);

        Assert.Contains(words, error, StringComparison.Ordinal);
        Assert.Null(area);
    }

    [Fact]
    public void Area_WithMoreVerticesThanAllowed_IsRefused()
    {
        using var document = JsonDocument.Parse($$"""{"type":"MultiPolygon","coordinates":[[{{Square}}],[{{Square}}]]}""");

        Assert.Contains("geometry.coordinates[1][0]: more than 9 positions", GeoJsonArea.Read(document.RootElement, "geometry", 9, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void Area_WrittenAndReadAgain_IsTheSame()
    {
        var area = Read($$"""{"type":"Polygon","coordinates":[{{Square}},[[8.4,47.4],[8.6,47.4],[8.6,47.6],[8.4,47.6],[8.4,47.4]]]}""");
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) GeoJsonArea.Write(writer, area);

        var again = Read(Encoding.UTF8.GetString(stream.ToArray()));

        Assert.True(area.EqualsTopologically(again));
        // RFC 7946 section 3.1.6: outer rings counterclockwise, holes clockwise.
        Assert.True(((Polygon)again[0]).Shell.IsCCW);
        Assert.False(((Polygon)again[0]).Holes[0].IsCCW);
    }

    internal static MultiPolygon Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Null(GeoJsonArea.Read(document.RootElement, "", 100_000, out var area));
        return area!;
    }
}
