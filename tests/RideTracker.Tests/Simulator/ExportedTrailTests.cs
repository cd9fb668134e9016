using System.Buffers;
using RideTracker.Records.Trails;
using RideTracker.Records.Trails.Export;
using RideTracker.Simulator;
using RideTracker.Simulator.Traces;

namespace RideTracker.Tests.Simulator;

/// <summary>What Records exports a trail as is read back as the same fixes, whatever the format.</summary>
public class ExportedTrailTests
{
    private const string Driver = "driver.7@north+1";
    private static readonly DateTimeOffset Start = new(2026, 11, 27, 23, 59, 58, 125, TimeSpan.Zero);

    public static TheoryData<string> MediaTypes => [.. TrailFormat.All.Select(format => format.MediaType)];

    [Theory]
    [MemberData(nameof(MediaTypes))]
    public async Task Export_OfARunOfOneFixALongRunAndAShortOne_IsReadBack(string mediaType)
    {
        List<(TrailFix Fix, bool StartsRun)> trail = [(Fix(0, 51.5, -0.1), true)];
        // GeoJSON cuts it into three features.
        for (var i = 0; i < 2 * GeoJsonTrail.MaxPositions + 10; i++) trail.Add((Fix(300 + i, 51.5 + i * 0.0001234, -0.1 - i * 0.0000321, 8.5f), i == 0));
        trail.Add((Fix(9_000, -33.8568001, 151.2153), true));
        trail.Add((Fix(9_000.5, -33.8569, 0.0000001), false));
        await AssertReadBackAsync(mediaType, trail);
    }

    [Theory]
    [MemberData(nameof(MediaTypes))]
    public async Task Export_OverTheAntimeridian_IsReadBack(string mediaType) =>
        await AssertReadBackAsync(mediaType, [(Fix(0, -16.5, 179.9999), true), (Fix(1, -16.5, -179.9999), false), (Fix(2, -16.5, -180), false)]);

    [Theory]
    [InlineData(TrailFormat.Gpx)]
    [InlineData(TrailFormat.GeoJson)]
    public async Task Export_ThatBrokeOff_IsNotTakenForWhole(string mediaType)
    {
        var bytes = Export(mediaType, [(Fix(0, 1, 2), true), (Fix(1, 1, 2.1), false)]);
        var error = await Assert.ThrowsAsync<SimulatorException>(() => ReadAsync(bytes[..^3]));
        Assert.Matches("^trail:[1-9].*no well-formed", error.Message);
    }

    [Theory]
    [MemberData(nameof(MediaTypes))]
    public async Task Export_OfAnEmptyTrail_SaysThatThereIsNothing(string mediaType)
    {
        var error = await Assert.ThrowsAsync<SimulatorException>(() => ReadAsync(Export(mediaType, [])));
        Assert.Equal("trail: there is no row to replay.", error.Message);
    }

    private static async Task AssertReadBackAsync(string mediaType, List<(TrailFix Fix, bool StartsRun)> trail)
    {
        var file = await ReadAsync(Export(mediaType, trail));
        var day = Assert.Single(file.Days);
        Assert.Equal(Driver, day.Driver.Value);
        Assert.Equal(trail.Select(t => new TracePoint(t.Fix.FixTime.ToUnixTimeMilliseconds(), t.Fix.Latitude, t.Fix.Longitude)), day.Points);
        Assert.Equal((trail.Count, 0, 0), (file.Rows, file.Skipped, file.BadRowCount));
    }

    private static byte[] Export(string mediaType, List<(TrailFix Fix, bool StartsRun)> trail)
    {
        var to = new ArrayBufferWriter<byte>();
        var sink = TrailFormat.All.Single(format => format.MediaType == mediaType).CreateWriter(to, new TrailTitle(Driver, "trip-1"));
        foreach (var (fix, startsRun) in trail) sink.Take(fix, startsRun);
        sink.End();
        return to.WrittenSpan.ToArray();
    }

    // The name says nothing of the format.
    private static Task<TraceFile> ReadAsync(byte[] bytes) => TraceFile.ReadAsync(new MemoryStream(bytes), "trail", false, TestContext.Current.CancellationToken);

    // Places have 7 decimals (FixText).
    private static TrailFix Fix(double seconds, double lat, double lng, float? speed = null) => new()
    {
        Driver = Driver,
        FixTime = Start.AddSeconds(seconds),
        ReceivedTime = Start.AddSeconds(seconds),
        Latitude = Math.Round(lat, 7),
        Longitude = Math.Round(lng, 7),
        SpeedMps = speed,
        HeadingDegrees = speed is null ? null : 270,
        AltitudeMeters = speed is null ? null : -3.25f,
        AccuracyMeters = 5,
    };
}
