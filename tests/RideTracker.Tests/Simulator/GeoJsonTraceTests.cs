using System.Text;
using RideTracker.Simulator;
using RideTracker.Simulator.Traces;

namespace RideTracker.Tests.Simulator;

/// <summary>GeoJSON traces are read in whatever order their members stand, and errors name file and element.</summary>
public class GeoJsonTraceTests
{
    private const string Point = """{"type":"Feature","geometry":{"type":"Point","coordinates":[2,1]},"properties":{"driver":"a","coordTimes":[1000]}}""";

    [Fact]
    public async Task Read_OfMembersInAnyOrderAndOfOthers_TakesThePositionsThatHaveATime()
    {
        var file = await ReadAsync("""
            { "features": [
              { "properties": { "coordTimes": [1500, "1970-01-01T00:00:02Z", null], "driver": "b", "x": { "driver": "no", "coordTimes": [[1]] } },
                "bbox": [1, 2, 3, 4],
                "geometry": { "coordinates": [[2, 1, 77], [4, 3, 78, [5]], [6, 5]], "type": "LineString" }, "type": "Feature" },
              { "type": "Feature", "geometry": { "type": "Point", "coordinates": [9, 8, 7] }, "properties": { "coordTimes": [1] } },
              { "type": "Feature", "geometry": { "type": "LineString", "coordinates": [[9, 8], [9, 9]] }, "properties": {} },
              { "type": "Feature", "geometry": { "type": "Polygon", "coordinates": [[[9, 8], [9, 9], [8, 8], [9, 8]]] }, "properties": { "coordTimes": [1] } },
              { "type": "Feature", "geometry": null, "properties": null }
            ], "type": "FeatureCollection", "properties": { "driver": "none" } }
            """);
        Assert.Equal(["b", "t"], file.Days.Select(d => d.Driver.Value));
        Assert.Equal([new(1500, 1, 2), new(2000, 3, 4)], file.Days[0].Points);
        Assert.Equal([new(1, 8, 9)], file.Days[1].Points);
        Assert.Equal((8, 5, 0), (file.Rows, file.Skipped, file.BadRowCount));
    }

    [Theory]
    [InlineData("\uFEFF \n" + Point)]
    [InlineData("{\"type\":\"FeatureCollection\",\"features\":[" + Point + "]}")]
    public async Task Read_OfOneFeature_IsRead(string text)
    {
        var file = await ReadAsync(text, name: "t.txt");
        Assert.Equal([new(1000, 1, 2)], file.Days[0].Points);
    }

    [Theory]
    [InlineData("", "t.geojson:1: the root: no well-formed JSON")]
    [InlineData("nothing", "t.geojson:1: the root: no well-formed JSON")]
    [InlineData("[]", "t.geojson: it is no GeoJSON FeatureCollection or Feature.")]
    [InlineData("{\"type\":\"Topology\"}", "t.geojson: it is no GeoJSON FeatureCollection or Feature.")]
    [InlineData("{\"type\":\"FeatureCollection\",\"features\":[]}", "t.geojson: there is no row to replay.")]
    [InlineData("{\"type\":\"FeatureCollection\",\"features\":[\n" + Point + ",\n{\"type\":,", "t.geojson:3: features[1]: no well-formed JSON")]
    public async Task Read_OfABadFile_NamesFileAndPlace(string text, string expected)
    {
        var error = await Assert.ThrowsAsync<SimulatorException>(() => ReadAsync(text));
        Assert.StartsWith(expected, error.Message);
        Assert.Equal(ExitCodes.BadFile, error.ExitCode);
    }

    [Theory]
    [InlineData("\"LineString\",\"coordinates\":[[2,1],[2,91]]", "\"coordTimes\":[1,2]", ".geometry.coordinates[1]: no longitude")]
    [InlineData("\"LineString\",\"coordinates\":[[2,1],[\"2\",1]]", "\"coordTimes\":[1,2]", ".geometry.coordinates[1]: no longitude")]
    [InlineData("\"LineString\",\"coordinates\":[[[2,1],[2,1]]]", "\"coordTimes\":[1]", ".geometry.coordinates[0]: no longitude")]
    [InlineData("\"Point\",\"coordinates\":[2]", "\"coordTimes\":[1]", ".geometry.coordinates: no longitude")]
    [InlineData("\"Point\",\"coordinates\":[2,1]", "\"coordTimes\":[1.5]", ".properties.coordTimes[0]: no Unix time")]
    [InlineData("\"Point\",\"coordinates\":[2,1]", "\"coordTimes\":[-9223372036854775808]", ".properties.coordTimes[0]: no Unix time")]
    [InlineData("\"Point\",\"coordinates\":[2,1]", "\"coordTimes\":[\"noon\"]", ".properties.coordTimes[0]: no Unix time")]
    [InlineData("\"Point\",\"coordinates\":[2,1]", "\"coordTimes\":[[1]]", ".properties.coordTimes[0]: no Unix time")]
    [InlineData("\"Point\",\"coordinates\":[2,1]", "\"coordTimes\":[1,2]", ".properties.coordTimes: 2 times for 1 positions")]
    [InlineData("\"Point\",\"coordinates\":[2,1]", "\"coordTimes\":[1],\"driver\":\"a b\"", ".properties.driver: 'a b' must have")]
    [InlineData("\"Point\",\"coordinates\":[2,1]", "\"coordTimes\":[1],\"driver\":7", ".properties.driver: '' must have")]
    public async Task Read_OfABadFeature_NamesItsMemberOrCountsIt(string geometry, string properties, string expected)
    {
        var text = $"{{\"type\":\"FeatureCollection\",\"features\":[{Point},{{\"type\":\"Feature\",\"geometry\":{{\"type\":{geometry}}},\"properties\":{{{properties}}}}}]}}";
        var error = await Assert.ThrowsAsync<SimulatorException>(() => ReadAsync(text));
        Assert.StartsWith("t.geojson: features[1]" + expected, error.Message);

        var file = await ReadAsync(text, skip: true);
        Assert.StartsWith("t.geojson: features[1]" + expected, Assert.Single(file.BadRows));
        Assert.Equal(1, file.BadRowCount);
    }

    [Fact]
    public async Task Read_InSmallPieces_IsTheSame()
    {
        var text = "{\"type\":\"FeatureCollection\",\"features\":[" + string.Join(",", Enumerable.Repeat(Point, 3)) + "]}";
        await using var stream = new OneByteStream(Encoding.UTF8.GetBytes(text));
        var file = await TraceFile.ReadAsync(stream, "t", false, TestContext.Current.CancellationToken);
        // Each begins where the one before ended: one fix.
        Assert.Equal([new(1000, 1, 2)], file.Days[0].Points);
    }

    [Fact]
    public async Task Read_OfATextWithoutEnd_StopsAtItsLimit()
    {
        var error = await Assert.ThrowsAsync<SimulatorException>(() => ReadAsync("{\"features\":[{\"x\":\"" + new string('a', 3 << 20) + "\"}]}"));
        Assert.Equal("t.geojson: features[0]: more than 1048576 bytes in one piece", error.Message);
    }

    [Fact]
    public async Task Read_OfAFeatureWithoutEnd_StopsAtItsLimit()
    {
        var text = "{\"features\":[{\"properties\":{\"coordTimes\":[1" + string.Concat(Enumerable.Repeat(",1", GeoJsonFeature.MostPositions)) + "]}}]}";
        var error = await Assert.ThrowsAsync<SimulatorException>(() => ReadAsync(text));
        Assert.Equal("t.geojson: features[0]: more than 1000000 positions in one feature", error.Message);
    }

    private static Task<TraceFile> ReadAsync(string text, bool skip = false, string name = "t.geojson") =>
        TraceFile.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), name, skip, TestContext.Current.CancellationToken);

    private sealed class OneByteStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
