using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.IntegrationTests.Replay;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Records.Database;
using RideTracker.Records.Trails;
using static RideTracker.IntegrationTests.Records.Geofences.FenceWorld;

namespace RideTracker.IntegrationTests.Records.Geofences;

/// <summary>Geofences from outside: set over HTTP, crossed by fixes from the hub's queue, told by the log.</summary>
public class GeofenceTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Geofence_IsSetReadListedAndDeleted()
    {
        await using var world = await StartAsync(redis, await postgres.CreateDatabaseAsync());

        using var made = await world.PutAsync("a", Box(8, 47, 9, 48, 60, "Zürich"));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        using var changed = await world.PutAsync("a", Box(8, 47, 9, 48, 90, "Zürich"));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        using var bare = await world.PutAsync("b", """{"type":"Polygon","coordinates":[[[178,-18],[-178,-18],[-178,-16],[178,-16],[178,-18]]]}""");
        Assert.Equal(HttpStatusCode.Created, bare.StatusCode);

        var one = await world.Staff.GetFromJsonAsync<JsonElement>("/v1/geofences/a", Cancel);
        Assert.Equal("Feature", one.GetProperty("type").GetString());
        Assert.Equal("Zürich", one.GetProperty("properties").GetProperty("name").GetString());
        Assert.Equal(90, one.GetProperty("properties").GetProperty("dwellSeconds").GetInt32());
        Assert.Equal(5, one.GetProperty("geometry").GetProperty("coordinates")[0].GetArrayLength());
        var first = await world.Staff.GetFromJsonAsync<JsonElement>("/v1/geofences?limit=1", Cancel);
        Assert.Equal("a", first.GetProperty("items")[0].GetProperty("id").GetString());
        Assert.False(first.GetProperty("items")[0].TryGetProperty("geometry", out _));
        var second = await world.Staff.GetFromJsonAsync<JsonElement>($"/v1/geofences?limit=1&geometry=true&after={first.GetProperty("next").GetString()}", Cancel);
        Assert.Equal("MultiPolygon", second.GetProperty("items")[0].GetProperty("geometry").GetProperty("type").GetString());
        Assert.False(second.TryGetProperty("next", out _));
        // As PostGIS sees it.
        Assert.Equal("4326 t 8", await world.Queue.ScalarAsync<string>("SELECT concat_ws(' ', ST_SRID(area), ST_IsValid(area), round(ST_Area(area)::numeric)) FROM geofences WHERE id = 'b'"));

        using var deleted = await world.Staff.DeleteAsync("/v1/geofences/a", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var gone = await world.Staff.GetAsync("/v1/geofences/a", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        using var again = await world.Staff.DeleteAsync("/v1/geofences/a", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Theory]
    [InlineData("a", "{", "body")]
    [InlineData("a", """{"type":"Feature","properties":{"dwellSeconds":0},"geometry":{"type":"Polygon","coordinates":[]}}""", "properties.dwellSeconds")]
    [InlineData("a", """{"type":"Feature","properties":{"name":7},"geometry":null}""", "geometry is missing")]
    [InlineData("a", """{"type":"Feature","properties":{"name":7},"geometry":{}}""", "properties.name")]
    [InlineData("a", """{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[8,47],[9,47],[9,48],[8,48]]]}}""", "geometry.coordinates[0] is not closed")]
    [InlineData("a%20b", """{"type":"Polygon","coordinates":[[[8,47],[9,47],[9,48],[8,47]]]}""", "id")]
    public async Task Geofence_ThatIsWrong_IsRefusedByItsMember(string id, string body, string words)
    {
        await using var world = await StartAsync(redis, await postgres.CreateDatabaseAsync());

        using var answer = await world.PutAsync(id, body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains(words, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Geofences_BeyondTheMost_AreRefused_AndRidersAreNotLetIn()
    {
        await using var world = await StartAsync(redis, await postgres.CreateDatabaseAsync(), ("Geofences:MaxFences", 1));
        await world.SetAsync("a", Box(8, 47, 9, 48));

        using var second = await world.PutAsync("b", Box(8, 47, 9, 48));
        using var rider = world.Node.As(TestTokens.AnyRider());
        using var refused = await rider.GetAsync("/v1/geofences/a", Cancel);
        using var events = await rider.GetAsync("/v1/events", Cancel);

        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, events.StatusCode);
    }

    [Fact]
    public async Task Drive_OverGeofences_BecomesEventsInOrder_Once()
    {
        await using var world = await StartAsync(redis, await postgres.CreateDatabaseAsync());
        await world.SetAsync("f", Box(-122.42, 37.77, -122.41, 37.78, dwell: 30, name: "Mission"));

        await world.DriveAsync("d1", (0, 37.775, -122.425), (20, 37.775, -122.415));
        // The same element again, and a late fix: nothing.
        await world.DriveAsync("d1", (0, 37.775, -122.425), (20, 37.775, -122.415), (5, 37.70, -122.4));
        await world.DriveAsync("d1", (60, 37.775, -122.412));
        await world.DriveAsync("d2", (10, 37.775, -122.412));
        await world.DriveAsync("d1", (80, 37.775, -122.4));

        Assert.Equal(["enter d1 f@10", "dwell d1 f@40", "enter d2 f@10", "exit d1 f@63.3"], await world.StoriesAsync());
        Assert.Equal(["exit d1 f@63.3"], await world.StoriesAsync("&kind=exit"));
        Assert.Equal(["enter d2 f@10"], await world.StoriesAsync("&driver=d2&kind=enter,exit"));
        var exit = (await world.EventsAsync("&kind=exit"))[0].GetProperty("data");
        Assert.Equal(-122.41, exit.GetProperty("lng").GetDouble(), 5);
        Assert.Equal("Mission", exit.GetProperty("name").GetString());
        Assert.Equal(53.3, exit.GetProperty("seconds").GetDouble(), 1);
    }

    [Fact]
    public async Task Geofence_ChangedOrDeletedUnderADriver_DoesAsDocumented()
    {
        await using var world = await StartAsync(redis, await postgres.CreateDatabaseAsync());
        await world.SetAsync("moved", Box(-122.42, 37.77, -122.41, 37.78));
        await world.SetAsync("deleted", Box(-122.42, 37.77, -122.41, 37.78));
        await world.DriveAsync("d1", (0, 37.775, -122.415));

        await world.SetAsync("moved", Box(-122.32, 37.77, -122.31, 37.78));
        using (var deleted = await world.Staff.DeleteAsync("/v1/geofences/deleted", Cancel)) Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await world.KnowAsync();
        await world.DriveAsync("d1", (10, 37.775, -122.415), (20, 37.775, -122.4155));

        Assert.Equal(["enter d1 deleted@0", "enter d1 moved@0", "exit d1 moved@10"], await world.StoriesAsync());
    }

    [Fact]
    public async Task TwoRecords_OneOfThemKilled_TellEachCrossingOnce()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var world = await StartAsync(redis, database);
        var other = await world.AddAsync(redis, database);
        for (var i = 0; i < 10; i++) await world.SetAsync($"f{i}", Box(-122.5 + i * 0.01, 37.7, -122.495 + i * 0.01, 37.8));
        const int Drivers = 12, Fixes = 60;
        var elements = new List<string>();
        for (var i = 0; i < Fixes; i += 3)
        {
            for (var d = 0; d < Drivers; d++)
            {
                var driver = $"d{d:00}";
                var lat = 37.71 + d * 0.005;
                elements.Add(world.Element(driver, Enumerable.Range(i, 3).Select(j => (j * 10.0, lat, -122.5025 + j * 0.002))));
            }
        }

        // Each element twice, as after a restore of the hub; one host dies in the middle.
        foreach (var chunk in elements.Take(elements.Count / 2).Chunk(10)) await world.Queue.PushAsync([.. chunk, .. chunk]);
        await other.KillAsync();
        foreach (var chunk in elements.Skip(elements.Count / 2 - 20).Chunk(10)) await world.Queue.PushAsync(chunk);
        await world.Queue.UntilEmptyAsync();

        // From -122.5025 to -122.3845 through ten fences.
        var stories = await world.StoriesAsync();
        for (var d = 0; d < Drivers; d++)
        {
            var name = $"d{d:00}";
            Assert.Equal(
                Enumerable.Range(0, 10).SelectMany(i => new[] { $"enter {name} f{i}", $"exit {name} f{i}" }),
                stories.Where(story => story.Contains($" {name} ", StringComparison.Ordinal)).Select(story => story[..story.IndexOf('@', StringComparison.Ordinal)]));
        }

        Assert.Equal(Drivers * 20, stories.Count);
    }

    [Fact]
    public async Task TwoRecords_ThatWriteOneDriverAtOnce_WaitForOneAnother()
    {
        // Past the queue's reader: two transactions with fixes of one driver, the second one begun before the first one ends.
        var database = await postgres.CreateDatabaseAsync();
        await using var world = await StartAsync(redis, database);
        var other = await world.AddAsync(redis, database);
        await world.SetAsync("f", Box(-122.42, 37.77, -122.41, 37.78));
        await world.DriveAsync("d1", (0, 37.775, -122.425));

        await using var one = await BeginAsync(world.Node);
        await using var two = await BeginAsync(other);
        await TellAsync(world.Node, one, 20, -122.415);
        var waiting = TellAsync(other, two, 40, -122.405);
        Assert.False(waiting.IsCompleted);
        await one.Database.CommitTransactionAsync(Cancel);
        await waiting;
        await two.Database.CommitTransactionAsync(Cancel);

        Assert.Equal(["enter d1 f@10", "exit d1 f@30"], await world.StoriesAsync());
    }

    [Fact]
    public async Task ARecordsThatKnowsOlderGeofences_ReadsTheNewerOnesBeforeItGoesOnWithADriver()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var world = await StartAsync(redis, database, ("Geofences:LookEveryMs", 600_000));
        await world.SetAsync("other", Box(10, 10, 11, 11));
        var behind = await RecordsNode.StartAsync(redis.EndPoint, database, settings: [("Geofences:LookEveryMs", 600_000)]);
        await using (behind)
        {
            await behind.Services.GetRequiredService<RideTracker.Records.Geofences.FenceSet>().RefreshAsync(Cancel);
            // Made without a notice, so that the host behind can't know of it but by the driver.
            await world.Queue.ExecuteAsync("""
                UPDATE geofence_set SET version = version + 1;
                INSERT INTO geofences (id, area, version, updated_at) SELECT 'f', ST_Multi(ST_MakeEnvelope(-122.42, 37.77, -122.41, 37.78, 4326)), version, now() FROM geofence_set;
                """);
            await world.Node.Services.GetRequiredService<RideTracker.Records.Geofences.FenceSet>().RefreshAsync(Cancel);
            await using (var db = await BeginAsync(world.Node))
            {
                await TellAsync(world.Node, db, 0, -122.415);
                await db.Database.CommitTransactionAsync(Cancel);
            }

            await using (var db = await BeginAsync(behind))
            {
                await TellAsync(behind, db, 10, -122.415);
                await TellAsync(behind, db, 20, -122.405);
                await db.Database.CommitTransactionAsync(Cancel);
            }
        }

        Assert.Equal(["enter d1 f@0", "exit d1 f@15"], await world.StoriesAsync());
    }

    [Fact]
    public async Task OnSqlite_GeofencesAndEventsAreTheSame()
    {
        var folder = Directory.CreateTempSubdirectory("ridetracker-fences-");
        try
        {
            await redis.BeginAsync();
            var file = $"Data Source={Path.Combine(folder.FullName, "records.db")};Pooling=false";
            await using (var db = new RecordsDb(RecordsDbDesign.Options(new DatabaseOptions { Engine = DatabaseEngine.Sqlite, ConnectionString = file }))) await db.Database.EnsureCreatedAsync(Cancel);
            await using var world = await StartAsync(redis, file, ("Database:Engine", "Sqlite"));
            await world.SetAsync("f", Box(-122.42, 37.77, -122.41, 37.78, dwell: 30));

            await world.DriveAsync("d1", (0, 37.775, -122.425), (20, 37.775, -122.415));
            await world.DriveAsync("d1", (20, 37.775, -122.415), (80, 37.775, -122.4));

            Assert.Equal(["enter d1 f@10", "dwell d1 f@40", "exit d1 f@40"], await world.StoriesAsync());
            var fence = await world.Staff.GetFromJsonAsync<JsonElement>("/v1/geofences/f", Cancel);
            Assert.Equal("Polygon", fence.GetProperty("geometry").GetProperty("type").GetString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Neighbourhoods_CrossedByACar_AgreeWithPostGis()
    {
        var file = TraceFile.FindNeighbourhoods();
        await using var world = await StartAsync(redis, await postgres.CreateDatabaseAsync());
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(file, Cancel));
        var number = 0;
        foreach (var feature in document.RootElement.GetProperty("features").EnumerateArray().Where(feature => feature.GetProperty("geometry").GetProperty("type").GetString() != "Point"))
        {
            using var answer = await world.PutAsync($"n{number}", feature.GetRawText());
            // They were made simpler one by one: the border of some cuts itself now.
            if (answer.IsSuccessStatusCode) number++;
            else Assert.Contains("cuts or touches itself", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        Assert.True(number >= 30, $"{number} neighbourhoods");
        await world.KnowAsync();

        // A car that drives all over the city, one fix each 10 s, 60 to 240 m apart.
        var random = new Random(5);
        var (lat, lng, course) = (37.76, -122.44, 0.0);
        var way = new List<(double Seconds, double Lat, double Lng)>();
        for (var i = 0; i < 2_000; i++)
        {
            way.Add((i * 10, Math.Round(lat, 7), Math.Round(lng, 7)));
            course += (random.NextDouble() - 0.5) * 1.2;
            if (lat is < 37.71 or > 37.81 || lng is < -122.51 or > -122.38) course = Math.Atan2(-122.44 - lng, 37.76 - lat);
            var step = 60 + 180 * random.NextDouble();
            lat += step * Math.Cos(course) / 111_320;
            lng += step * Math.Sin(course) / 88_000;
        }

        foreach (var part in way.Chunk(100)) await world.Queue.PushAsync(world.Element("car", part, accuracy: 1));
        await world.Queue.UntilEmptyAsync();

        var told = (await world.EventsAsync()).Select(e => (Kind: e.GetProperty("kind").GetString()!, Fence: e.GetProperty("geofence").GetString()!, Time: e.GetProperty("time").GetInt64())).ToList();
        var expected = await OracleAsync(world, way);
        Assert.True(expected.Count > 200, $"{expected.Count} crossings");
        foreach (var fence in expected.Concat(told).Select(one => one.Fence).Distinct(StringComparer.Ordinal))
        {
            var mine = told.Where(one => one.Fence == fence).OrderBy(one => one.Time).ToList();
            var theirs = expected.Where(one => one.Fence == fence).OrderBy(one => one.Time).ToList();
            Assert.Equal(theirs.Select(one => one.Kind), mine.Select(one => one.Kind));
            Assert.All(mine.Zip(theirs), pair => Assert.True(Math.Abs(pair.First.Time - pair.Second.Time) <= 60, $"{fence}: {pair.First.Time} is not {pair.Second.Time}"));
        }
    }

    // For each step and neighbourhood the pieces of the step inside, by PostGIS; an end that is no end of the step is a crossing.
    private static async Task<List<(string Kind, string Fence, long Time)>> OracleAsync(FenceWorld world, List<(double Seconds, double Lat, double Lng)> way)
    {
        var values = string.Join(',', way.Select(fix => string.Create(CultureInfo.InvariantCulture, $"({fix.Seconds},{fix.Lng},{fix.Lat})")));
        var rows = await world.Queue.TextsAsync($"""
            WITH fixes (t, lng, lat) AS (VALUES {values}),
            steps AS (SELECT t, lead(t) OVER o AS till, ST_SetSRID(ST_MakeLine(ST_MakePoint(lng, lat), lead(ST_MakePoint(lng, lat)) OVER o), 4326) AS line, ST_SetSRID(ST_MakePoint(lng, lat), 4326) AS here FROM fixes WINDOW o AS (ORDER BY t)),
            pieces AS (SELECT s.t, s.till, s.line, g.id, (ST_Dump(ST_Intersection(s.line, g.area))).geom AS piece FROM steps s JOIN geofences g ON s.till IS NOT NULL AND ST_Intersects(s.line, g.area)),
            ends AS (SELECT t, till, id, ST_LineLocatePoint(line, ST_StartPoint(piece)) AS a, ST_LineLocatePoint(line, ST_EndPoint(piece)) AS b FROM pieces WHERE ST_Dimension(piece) = 1)
            SELECT concat_ws(' ', 'enter', id, t + (till - t) * least(a, b)) FROM ends WHERE least(a, b) > 1e-9
            UNION ALL SELECT concat_ws(' ', 'exit', id, t + (till - t) * greatest(a, b)) FROM ends WHERE greatest(a, b) < 1 - 1e-9
            UNION ALL SELECT concat_ws(' ', 'enter', id, 0) FROM geofences, steps WHERE t = 0 AND ST_Covers(area, here)
            """);
        return [.. rows.Select(row => row.Split(' ')).Select(parts => (parts[0], parts[1], Start + (long)(double.Parse(parts[2], CultureInfo.InvariantCulture) * 1000)))];
    }

    private static async Task<RecordsDb> BeginAsync(RecordsNode node)
    {
        var db = await node.Services.GetRequiredService<IDbContextFactory<RecordsDb>>().CreateDbContextAsync(Cancel);
        await db.Database.BeginTransactionAsync(Cancel);
        return db;
    }

    private static async Task TellAsync(RecordsNode node, RecordsDb db, double seconds, double lng)
    {
        var fix = new WrittenFix(DriverId.Parse("d1"), new DriverFix(Start + (long)(seconds * 1000), 37.775, lng) { AccuracyMeters = 2 });
        foreach (var hook in node.Services.GetServices<IFixesWritten>().Where(hook => hook.GetType().Namespace!.Contains("Geofences", StringComparison.Ordinal)))
            await hook.OnWrittenAsync(db, [fix], Cancel);
    }
}
