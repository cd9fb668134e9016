using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Records.Database;
using RideTracker.Records.Trails;
using RideTracker.Records.Trips;
using SimulatorTrace = RideTracker.Simulator.Traces.TraceFile;

namespace RideTracker.IntegrationTests.Records.Trails;

/// <summary>What comes out of the history: three formats, byte for byte, for who may have them, and the same whole however long the trail is.</summary>
public class TrailExportTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>
{
    private static readonly DateTimeOffset Start = new(2026, 11, 27, 8, 0, 0, TimeSpan.Zero);
    private static readonly XNamespace Gpx = "http://www.topografix.com/GPX/1/1";
    private static readonly XNamespace Garmin = "http://www.garmin.com/xmlschemas/TrackPointExtension/v2";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // The fixes here have dates of their own; whenever this runs, they are not too old.
    private static (string Key, object Value) Kept => ("Trails:RetentionDays", "3650");

    private static string Day => "from=2026-11-27T08:00:00Z&to=2026-11-27T12:00:00Z";

    [Fact]
    public async Task Csv_IsWhatWasReported_AndTheSimulatorReplaysIt()
    {
        await using var records = await StartAsync();

        var (type, body) = await GetAsync(records, $"/v1/drivers/d1/trail?{Day}", "text/csv");

        Assert.Equal("text/csv; charset=utf-8; header=present", type);
        Assert.Equal(
            "driver_id,timestamp_utc,lat,lon,accuracy,speed,heading,altitude,battery,charging,mock\r\n"
            + "d1,2026-11-27T08:00:00.000Z,37.7749295,-122.4194155,4.5,8.25,187.5,-3.25,0.75,true,false\r\n"
            + "d1,2026-11-27T08:00:01.250Z,37.775,-122.4195,,,,,,,\r\n"
            + "d1,2026-11-27T08:10:00.000Z,0.0000001,180,,0,,,,,\r\n",
            body);
        await AssertIsReplayedAsync(body);
    }

    [Fact]
    public async Task Gpx_KeepsToTheSchema()
    {
        await using var records = await StartAsync();

        var (type, body) = await GetAsync(records, $"/v1/drivers/d1/trail?{Day}", "application/gpx+xml");

        Assert.Equal("application/gpx+xml", type);
        var root = XDocument.Parse(body).Root!;
        Assert.Equal(Gpx + "gpx", root.Name);
        Assert.Equal("1.1", root.Attribute("version")!.Value);
        Assert.NotEmpty(root.Attribute("creator")!.Value);
        var track = Assert.Single(root.Elements());
        Assert.Equal([Gpx + "name", Gpx + "trkseg", Gpx + "trkseg"], track.Elements().Select(element => element.Name));
        Assert.Equal("d1", track.Element(Gpx + "name")!.Value);
        // wptType is a sequence: ele, time, ..., extensions in this order and no other.
        XName[] order = [Gpx + "ele", Gpx + "time", Gpx + "extensions"];
        var points = track.Descendants(Gpx + "trkpt").ToList();
        Assert.All(points, point => Assert.Equal(point.Elements().Select(element => Array.IndexOf(order, element.Name)).Order(), point.Elements().Select(element => Array.IndexOf(order, element.Name))));
        Assert.All(points, point => Assert.Equal(["lat", "lon"], point.Attributes().Select(attribute => attribute.Name.LocalName)));
        Assert.Equal(
            ["37.7749295|-122.4194155|-3.25|2026-11-27T08:00:00.000Z|8.25|187.5", "37.775|-122.4195||2026-11-27T08:00:01.250Z||", "0.0000001|180||2026-11-27T08:10:00.000Z|0|"],
            points.Select(point => string.Join(
                '|', point.Attribute("lat")!.Value, point.Attribute("lon")!.Value, point.Element(Gpx + "ele")?.Value, point.Element(Gpx + "time")!.Value,
                point.Descendants(Garmin + "speed").SingleOrDefault()?.Value, point.Descendants(Garmin + "course").SingleOrDefault()?.Value)));
        Assert.Equal([2, 1], track.Elements(Gpx + "trkseg").Select(segment => segment.Elements().Count()));
        Assert.All(points, point => Assert.True(decimal.Parse(point.Attribute("lon")!.Value, CultureInfo.InvariantCulture) is >= -180 and <= 180));
        await AssertIsReplayedAsync(body);
    }

    [Fact]
    public async Task GeoJson_IsALineForEachRun()
    {
        await using var records = await StartAsync();

        var (type, body) = await GetAsync(records, $"/v1/drivers/d1/trail?{Day}", "application/geo+json");

        Assert.Equal("application/geo+json", type);
        var at = Start.ToUnixTimeMilliseconds();
        var expected =
            """
            {"type":"FeatureCollection","features":[
            {"type":"Feature","geometry":{"type":"LineString","coordinates":[[-122.4194155,37.7749295],[-122.4195,37.775]]},
            "properties":{"driver":"d1","coordTimes":[T0,T1],"accuracy":[4.5,null],"speed":[8.25,null],"heading":[187.5,null],"altitude":[-3.25,null]}},
            {"type":"Feature","geometry":{"type":"Point","coordinates":[180,1E-07]},"properties":{"driver":"d1","coordTimes":[T2],"speed":[0]}}]}
            """;
        Assert.Equal(
            expected.Replace("\n", "", StringComparison.Ordinal)
                .Replace("T0", Text(at), StringComparison.Ordinal).Replace("T1", Text(at + 1_250), StringComparison.Ordinal).Replace("T2", Text(at + 600_000), StringComparison.Ordinal),
            body);
        await AssertIsReplayedAsync(body);
    }

    [Theory]
    [InlineData(null, "application/geo+json")]
    [InlineData("*/*", "application/geo+json")]
    [InlineData("text/*", "text/csv")]
    [InlineData("application/gpx+xml;q=0.5, text/csv;q=0.4", "application/gpx+xml")]
    [InlineData("application/gpx+xml;q=0.5, text/csv;q=0.6, application/geo+json;q=0.1", "text/csv")]
    [InlineData("application/geo+json;q=0, */*", "application/gpx+xml")]
    [InlineData("application/*;q=0.2, application/geo+json;q=0.1", "application/gpx+xml")]
    [InlineData("image/png", null)]
    [InlineData("application/geo+json;q=0", null)]
    public async Task Accept_ChoosesTheFormat(string? accept, string? expected)
    {
        await using var records = await StartAsync();
        using var desk = records.As(TestTokens.Dispatcher());
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/drivers/d1/trail?{Day}");
        if (accept is not null) request.Headers.Add("Accept", accept);

        using var answer = await desk.SendAsync(request, Cancel);

        Assert.Equal(expected is null ? HttpStatusCode.NotAcceptable : HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(expected ?? "application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("from=yesterday", "from must be Unix time")]
    [InlineData("to=-5", "to must be Unix time")]
    [InlineData("from=2026-11-27T08:00:00Z&to=2026-11-27T08:00:00Z", "from must be before to")]
    [InlineData("from=2026-09-01&to=2026-11-01", "31 days apart at most")]
    [InlineData("tolerance=0", "tolerance must be metres")]
    [InlineData("tolerance=NaN", "tolerance must be metres")]
    public async Task BadParameters_AreNamed(string query, string detail)
    {
        await using var records = await StartAsync();
        using var desk = records.As(TestTokens.Dispatcher());

        using var answer = await desk.GetAsync($"/v1/drivers/d1/trail?{query}", Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(detail, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trails_AreForStaffAndTheDriverItself_NeverForRiders()
    {
        await using var records = await StartAsync();
        string[] urls = [$"/v1/drivers/d1/trail?{Day}", $"/v1/drivers/d1/trail/summary?{Day}", "/v1/trips/t1/trail", "/v1/trips/t1/trail/summary"];

        Assert.Equal([200, 200, 200, 200], await StatusesAsync(records, TestTokens.Make("s", "service"), urls));
        Assert.Equal([200, 200, 200, 200], await StatusesAsync(records, TestTokens.Driver("d1"), urls));
        Assert.Equal([403, 403, 404, 404], await StatusesAsync(records, TestTokens.Driver("d2"), urls));
        Assert.Equal([403, 403, 403, 403], await StatusesAsync(records, TestTokens.Rider("t1"), urls));
        Assert.Equal([403, 403, 403, 403], await StatusesAsync(records, TestTokens.AnyRider(), urls));
        Assert.Equal([404, 404], await StatusesAsync(records, TestTokens.Dispatcher(), ["/v1/trips/t9/trail", "/v1/trips/t9/trail/summary"]));
    }

    [Fact]
    public async Task TripTrail_IsTheDriversWayFromAssignmentToEnd()
    {
        await using var records = await StartAsync();

        var (_, csv) = await GetAsync(records, "/v1/trips/t1/trail", "text/csv");
        var (_, gpx) = await GetAsync(records, "/v1/trips/t1/trail", "application/gpx+xml");

        // Taken half a second after the first fix, over a minute after the second.
        Assert.Equal("d1,2026-11-27T08:00:01.250Z,37.775,-122.4195,,,,,,,", Assert.Single(csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)[1..]));
        Assert.Equal("trip t1", XDocument.Parse(gpx).Descendants(Gpx + "desc").Single().Value);
    }

    [Fact]
    public async Task Summary_LeavesBadFixesOut()
    {
        await using var records = await StartAsync();
        // 100 m north each 10 s for 1 km, with one place 3 km off and one that is too inaccurate; then five minutes at rest, with noise of 3 m.
        const double North = 100 / 111_195.08;
        await InsertAsync(records, [
            .. Enumerable.Range(0, 11).Select(i => Fix("d5", i * 10, 37 + i * North, -122, speed: 10 + i * 0.1f)),
            Fix("d5", 35, 37.03, -122, speed: 99), Fix("d5", 45, 37.001, -122.01, accuracy: 120, speed: 88),
            .. Enumerable.Range(1, 30).Select(i => Fix("d5", 100 + i * 10, 37 + 10 * North + (i % 2) * 3 * North / 100, -122, speed: 0)),
        ]);

        var (_, body) = await GetAsync(records, $"/v1/drivers/d5/trail/summary?{Day}", "application/json");

        using var summary = JsonDocument.Parse(body);
        var at = Start.ToUnixTimeMilliseconds();
        Assert.Equal(41, summary.RootElement.GetProperty("fixes").GetInt32());
        Assert.Equal(2, summary.RootElement.GetProperty("leftOut").GetInt32());
        Assert.Equal(1_000, summary.RootElement.GetProperty("distance").GetDouble(), tolerance: 5);
        Assert.Equal(400, summary.RootElement.GetProperty("duration").GetDouble());
        Assert.Equal(2.5, summary.RootElement.GetProperty("averageSpeed").GetDouble(), tolerance: 0.02);
        Assert.Equal(11, summary.RootElement.GetProperty("topSpeed").GetDouble());
        var stop = Assert.Single(summary.RootElement.GetProperty("stops").EnumerateArray());
        Assert.Equal(37 + 10 * North, stop.GetProperty("lat").GetDouble(), tolerance: 0.0001);
        Assert.Equal([at + 100_000, at + 400_000], [stop.GetProperty("from").GetInt64(), stop.GetProperty("to").GetInt64()]);
    }

    [Fact]
    public async Task AWeekOfOneFixASecond_StreamsThroughAProcessThatCanNotHoldIt()
    {
        await redis.BeginAsync();
        var database = await postgres.CreateDatabaseAsync();
        var queue = new TestQueue(redis.Database, database);
        await using (var records = await RecordsNode.StartAsync(redis.EndPoint, database, null, Kept))
        {
            await using var db = await records.Services.GetRequiredService<IDbContextFactory<RecordsDb>>().CreateDbContextAsync(Cancel);
            await records.Services.GetRequiredService<IFixStore>().MakeRoomAsync(db, Enumerable.Range(20, 8).Select(day => new DateOnly(2026, 11, day)).ToHashSet(), Cancel);
        }

        await queue.ExecuteAsync(
            """
            INSERT INTO fixes (driver, fix_time, received_time, lat, lng, accuracy, speed)
            SELECT 'd1', timestamptz '2026-11-20 00:00:00+00' + i * interval '1 s', now(), 37 + 0.01 * sin(i / 600.0), -122 + 0.01 * cos(i / 600.0), 5, 8.4 FROM generate_series(0, 7 * 86400 - 1) i
            """);
        // The whole heap may have 64 MiB; the week is some 600,000 rows, 100 MB as objects and 40 MB and more as text.
        await using var process = RecordsProcess.Start(redis.EndPoint, database, ("DOTNET_GCHeapHardLimit", "0x4000000"), (Kept.Key, (string)Kept.Value));
        using var http = new HttpClient { BaseAddress = process.Url, DefaultRequestHeaders = { Authorization = new("Bearer", TestTokens.Dispatcher()) } };
        await TestQueue.UntilAsync(async () =>
        {
            Assert.False(process.HasExited);
            try
            {
                using var ready = await http.GetAsync("/health/ready", Cancel);
                return ready.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });

        Assert.Equal((604_800, 0), await CountAsync(http, "text/csv", ""));
        Assert.Equal((604_800, 0), await CountAsync(http, "application/gpx+xml", ""));
        // Every piece but the first repeats the last position of the one before.
        var (positions, pieces) = await CountAsync(http, "application/geo+json", "");
        Assert.Equal(604_800, positions - (pieces - 1));
        var (simplified, _) = await CountAsync(http, "text/csv", "&tolerance=20");
        Assert.InRange(simplified, 604_800 / 1_000, 604_800 / 20);
        Assert.False(process.HasExited);
    }

    // Counts fixes (and features) in a body without holding it.
    private static async Task<(int Fixes, int Features)> CountAsync(HttpClient http, string accept, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/drivers/d1/trail?from=2026-11-20&to=2026-11-27{query}") { Headers = { { "Accept", accept } } };
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await using var body = await answer.Content.ReadAsStreamAsync(Cancel);
        var mark = accept switch { "text/csv" => "d1,"u8.ToArray(), "application/gpx+xml" => "<trkpt"u8.ToArray(), _ => "[-12"u8.ToArray() };
        var feature = "\"Feature\""u8.ToArray();
        int marks = 0, features = 0, kept = 0;
        var buffer = new byte[65_536];
        while (await body.ReadAsync(buffer.AsMemory(kept), Cancel) is > 0 and var read)
        {
            var text = buffer.AsMemory(0, kept + read);
            // What may lie across two reads is looked at with the second.
            var whole = Math.Max(0, text.Length - feature.Length + 1);
            marks += Starts(text.Span, mark, whole);
            features += Starts(text.Span, feature, whole);
            kept = text.Length - whole;
            text[whole..].CopyTo(buffer);
        }

        return (marks, features);
    }

    private static int Starts(ReadOnlySpan<byte> text, ReadOnlySpan<byte> mark, int before)
    {
        var count = 0;
        for (var at = text.IndexOf(mark); at >= 0 && at < before;)
        {
            count++;
            var next = text[(at + 1)..].IndexOf(mark);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return count;
    }

    private async Task<RecordsNode> StartAsync()
    {
        await redis.BeginAsync();
        var records = await RecordsNode.StartAsync(redis.EndPoint, await postgres.CreateDatabaseAsync(), null, Kept);
        await InsertAsync(records, [
            new TrailFix
            {
                Driver = "d1", FixTime = Start, ReceivedTime = Start, Latitude = 37.7749295, Longitude = -122.4194155,
                AccuracyMeters = 4.5f, SpeedMps = 8.25f, HeadingDegrees = 187.5f, AltitudeMeters = -3.25f, Battery = 0.75f, Charging = true, Mock = false,
            },
            new TrailFix { Driver = "d1", FixTime = Start.AddMilliseconds(1_250), ReceivedTime = Start, Latitude = 37.775, Longitude = -122.4195 },
            new TrailFix { Driver = "d1", FixTime = Start.AddMinutes(10), ReceivedTime = Start, Latitude = 1e-7, Longitude = 180, SpeedMps = 0 },
            Fix("d2", 1, 1, 2),
        ]);
        await using var db = await records.Services.GetRequiredService<IDbContextFactory<RecordsDb>>().CreateDbContextAsync(Cancel);
        db.Add(new TripRow
        {
            Id = "t1",
            Rider = "r1",
            Driver = "d1",
            Status = Protocol.Trips.TripStatus.Complete,
            CreatedAt = Start.AddDays(-1),
            AssignedAt = Start.AddMilliseconds(500),
            ActiveAt = Start.AddMilliseconds(500),
            EndedAt = Start.AddMinutes(1),
        });
        await db.SaveChangesAsync(Cancel);
        return records;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static TrailFix Fix(string driver, int second, double lat, double lng, float? accuracy = null, float? speed = null) =>
        new() { Driver = driver, FixTime = Start.AddSeconds(second), ReceivedTime = Start, Latitude = lat, Longitude = lng, AccuracyMeters = accuracy, SpeedMps = speed };

    private static async Task InsertAsync(RecordsNode records, IReadOnlyList<TrailFix> fixes)
    {
        await using var db = await records.Services.GetRequiredService<IDbContextFactory<RecordsDb>>().CreateDbContextAsync(Cancel);
        await records.Services.GetRequiredService<IFixStore>().MakeRoomAsync(db, new HashSet<DateOnly> { DateOnly.FromDateTime(Start.UtcDateTime) }, Cancel);
        db.AddRange(fixes);
        await db.SaveChangesAsync(Cancel);
    }

    private static async Task<(string Type, string Body)> GetAsync(RecordsNode records, string url, string accept)
    {
        using var desk = records.As(TestTokens.Dispatcher());
        using var request = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { { "Accept", accept } } };
        using var answer = await desk.SendAsync(request, Cancel);
        var body = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, body);
        return (answer.Content.Headers.ContentType!.ToString(), body);
    }

    /// <summary>The simulator reads the fixes of d1 out of what it is exported as.</summary>
    private static async Task AssertIsReplayedAsync(string body)
    {
        var trace = await SimulatorTrace.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(body)), "trail", skipBadRows: false, Cancel);
        var day = Assert.Single(trace.Days);
        Assert.Equal("d1", day.Driver.Value);
        Assert.Equal(
            [(Start.ToUnixTimeMilliseconds(), 37.7749295, -122.4194155), (Start.ToUnixTimeMilliseconds() + 1_250, 37.775, -122.4195), (Start.AddMinutes(10).ToUnixTimeMilliseconds(), 1e-7, 180.0)],
            day.Points.Select(point => (point.TimeMs, point.Lat, point.Lng)));
    }

    private static async Task<IReadOnlyList<int>> StatusesAsync(RecordsNode records, string token, string[] urls)
    {
        using var http = records.As(token);
        var statuses = new List<int>();
        foreach (var url in urls)
        {
            using var answer = await http.GetAsync(url, Cancel);
            statuses.Add((int)answer.StatusCode);
        }

        return statuses;
    }
}
