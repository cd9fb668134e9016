using System.Text;
using RideTracker.Simulator;
using RideTracker.Simulator.Traces;

namespace RideTracker.Tests.Simulator;

/// <summary>GPX of other makers is read, and errors name file and line.</summary>
public class GpxTraceTests
{
    private const string Head = "<?xml version=\"1.0\"?>\n<gpx version=\"1.1\" creator=\"x\" xmlns=\"http://www.topografix.com/GPX/1/1\" xmlns:o=\"urn:other\">\n";
    private const string Good = "<trkpt lat=\"1\" lon=\"2\"><time>2026-01-01T00:00:00Z</time></trkpt>\n";
    private const long Midnight = 1767225600000;

    [Fact]
    public async Task Read_OfAnotherMakersFile_TakesThePointsOfItsTracksThatHaveATime()
    {
        var file = await ReadAsync(Head + """
            <metadata><name>not a track</name><time>2020-01-01T00:00:00Z</time></metadata>
            <wpt lat="1" lon="1"><time>2026-01-01T00:00:00Z</time><name>home</name></wpt><wpt lat="1" lon="2"/>
            <rte><name>r</name><rtept lat="1" lon="1"><time>2026-01-01T00:00:00Z</time></rtept></rte>
            <trk><!-- c --><name><![CDATA[ van-7 ]]></name><number>1</number><extensions><o:x><trkseg><trkpt lat="9" lon="9"><time>2026-01-01T00:00:00Z</time></trkpt></trkseg></o:x></extensions>
              <trkseg/>
              <trkseg>
                <trkpt lon="2.5" lat="-1.5"><ele>12</ele><time>2026-01-01T01:00:00.25+01:00</time><extensions><o:time>nonsense</o:time><time>nonsense</time></extensions></trkpt>
                <trkpt lat="3" lon="4"/>
                <trkpt lat="3" lon="4"><time/></trkpt>
                <trkpt lat="3" lon="4"><o:time>2026-01-01T00:00:00Z</o:time></trkpt>
              </trkseg>
              <trkseg><trkpt lat="5" lon="6"><time>2026-01-01T00:00:01</time></trkpt></trkseg>
            </trk>
            <trk><name>Morning ride</name><trkseg><trkpt lat="7" lon="8"><time>2026-01-01T00:00:00Z</time></trkpt></trkseg></trk>
            <trk><trkseg><trkpt lat="7" lon="9"><time>2026-01-01T00:00:01Z</time></trkpt></trkseg></trk>
            </gpx>
            """, name: "folder/Ride of May.gpx");
        Assert.Equal(["van-7", "Ride-of-May"], file.Days.Select(d => d.Driver.Value));
        Assert.Equal([new(Midnight + 250, -1.5, 2.5), new(Midnight + 1000, 5, 6)], file.Days[0].Points);
        Assert.Equal([new(Midnight, 7, 8), new(Midnight + 1000, 7, 9)], file.Days[1].Points);
        Assert.Equal((10, 6, 0), (file.Rows, file.Skipped, file.BadRowCount));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-8")]
    public async Task Read_WithAByteOrderMark_IsStillGpx(string encoding)
    {
        var text = Encoding.GetEncoding(encoding);
        byte[] bytes = [.. text.GetPreamble(), .. text.GetBytes($"\n<gpx><trk><trkseg>{Good}</trkseg></trk></gpx>")];
        var file = await TraceFile.ReadAsync(new MemoryStream(bytes), "t", false, TestContext.Current.CancellationToken);
        Assert.Equal([new(Midnight, 1, 2)], file.Days[0].Points);
    }

    [Theory]
    [InlineData("", "t.gpx:1: no well-formed XML")]
    [InlineData("no XML\n", "t.gpx:1: no well-formed XML")]
    [InlineData("<kml></kml>", "t.gpx:1: the root element is 'kml', not 'gpx'")]
    [InlineData(Head + "<trk><trkseg>\n" + Good + "<trkpt lat=\"1\"", "t.gpx:5: no well-formed XML")]
    [InlineData(Head + "<trk><trkseg>\n" + Good + "</trk></gpx>", "t.gpx:5: no well-formed XML")]
    [InlineData(Head + "<trk><trkseg>\n" + Good + "<trkpt\nlat=\"91\" lon=\"2\">\n<time>2026-01-01T00:00:00Z</time></trkpt></trkseg></trk></gpx>", "t.gpx:5: trkpt: lat '91' is no number from -90 to 90")]
    [InlineData(Head + "<trk><trkseg>\n<trkpt lat=\"1\"><time>2026-01-01T00:00:00Z</time></trkpt></trkseg></trk></gpx>", "t.gpx:4: trkpt: lon '' is no number")]
    [InlineData(Head + "<trk><trkseg>\n<trkpt lat=\"1\" lon=\"2\"><time>noon</time></trkpt></trkseg></trk></gpx>", "t.gpx:4: trkpt: time 'noon' is no ISO 8601 time")]
    [InlineData(Head + "<wpt lat=\"1\" lon=\"2\"/></gpx>", "t.gpx: there is no row to replay, only waypoints or points without time (1).")]
    public async Task Read_OfABadFile_NamesFileAndLine(string text, string expected)
    {
        var error = await Assert.ThrowsAsync<SimulatorException>(() => ReadAsync(text));
        Assert.StartsWith(expected, error.Message);
        Assert.Equal(ExitCodes.BadFile, error.ExitCode);
    }

    [Theory]
    [InlineData("<!DOCTYPE gpx>")]
    [InlineData("<!DOCTYPE gpx SYSTEM \"http://127.0.0.1:9/gpx.dtd\">")]
    [InlineData("<!DOCTYPE gpx [<!ENTITY name SYSTEM \"file:///etc/hostname\">]>")]
    public async Task Read_OfXmlWithADtd_IsRefused(string dtd)
    {
        var error = await Assert.ThrowsAsync<SimulatorException>(() => ReadAsync($"<?xml version=\"1.0\"?>\n{dtd}\n<gpx><trk><name>&name;</name><trkseg>{Good}</trkseg></trk></gpx>"));
        Assert.Equal("t.gpx: <!DOCTYPE> is refused, GPX has no DTD.", error.Message);
    }

    [Fact]
    public async Task Read_SkippingBadRows_CountsThem()
    {
        var file = await ReadAsync($"{Head}<trk><trkseg>{Good}<trkpt lat=\"x\" lon=\"2\"><time>2026-01-01T00:00:00Z</time></trkpt>\n<trkpt/>{Good}</trkseg></trk></gpx>", skip: true);
        Assert.Equal((4, 1, 1, 2), (file.Rows, file.BadRowCount, file.Skipped, file.Days[0].Points.Count));
        Assert.StartsWith("t.gpx:4: ", Assert.Single(file.BadRows));
    }

    [Theory]
    [InlineData("<trk><name>", "a", "</name></trk>", 3)]
    [InlineData("<trk><o:x a=\"", "a", "\"/></trk>", 3)]
    [InlineData("<!--", "a", "-->", 2)]
    public async Task Read_OfAnElementWithoutEnd_StopsAtItsLimit(string before, string repeated, string after, int lastLine)
    {
        var text = Head + before + string.Concat(Enumerable.Repeat(repeated, 3 << 20)) + after + "</gpx>";
        var error = await Assert.ThrowsAsync<SimulatorException>(() => ReadAsync(text));
        Assert.Equal($"t.gpx:{lastLine}: more than 1048576 bytes in one piece", error.Message);
    }

    [Fact]
    public async Task Read_OfElementsWithinOneAnotherWithoutEnd_StopsAtItsLimit()
    {
        var error = await Assert.ThrowsAsync<SimulatorException>(() => ReadAsync(Head + string.Concat(Enumerable.Repeat("<a>", 1000))));
        Assert.Equal("t.gpx:3: more than 100 elements within one another", error.Message);
    }

    private static Task<TraceFile> ReadAsync(string text, bool skip = false, string name = "t.gpx") =>
        TraceFile.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), name, skip, TestContext.Current.CancellationToken);
}
