using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Protocol.Hub;
using RideTracker.Records.Trips;

namespace RideTracker.IntegrationTests.Records;

/// <summary>Ways planned for trips: by Records over real streets, by an operator, and not at all in time.</summary>
public sealed class WayTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>, IAsyncLifetime
{
    // Two ways from south-west to the pickup of Desk.NewTrip and on to its drop-off; one goes by the west.
    private const string Streets = """
        {"type":"FeatureCollection","features":[
          {"type":"Feature","properties":{"highway":"residential"},"geometry":{"type":"LineString","coordinates":[[-122.42,37.77],[-122.415,37.775]]}},
          {"type":"Feature","properties":{"highway":"residential"},"geometry":{"type":"LineString","coordinates":[[-122.415,37.775],[-122.41,37.78]]}},
          {"type":"Feature","properties":{"highway":"residential"},"geometry":{"type":"LineString","coordinates":[[-122.41,37.78],[-122.4,37.79]]}},
          {"type":"Feature","properties":{"highway":"residential"},"geometry":{"type":"LineString","coordinates":[[-122.42,37.77],[-122.43,37.775]]}},
          {"type":"Feature","properties":{"highway":"residential"},"geometry":{"type":"LineString","coordinates":[[-122.43,37.775],[-122.42,37.782]]}},
          {"type":"Feature","properties":{"highway":"residential"},"geometry":{"type":"LineString","coordinates":[[-122.42,37.782],[-122.41,37.78]]}}]}
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ridetracker-ways-");

    public async ValueTask InitializeAsync()
    {
        await redis.BeginAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "streets.geojson"), Streets, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return default;
    }

    [Fact]
    public async Task Way_IsPlannedForEachLegAndAnewWhenTheCarLeavesIt()
    {
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, await postgres.CreateDatabaseAsync(), null, ("Routing:Streets", Path.Combine(_folder.FullName, "streets.geojson")));
        await using var node = await TrackingNode.StartAsync(redis.EndPoint);
        using var desk = new Desk(records);
        var driver = new TestDriver("d_1");
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await driver.ReportAsync(node, new WireFix(now - 50_000, 37.77, -122.42, 5, 0));
        var trip = await desk.AssignedTripAsync("d_1");

        var (version, line) = await RouteAsync(trip, after: 0);
        Assert.Equal((-122.42, 37.77), line[0]);
        Assert.Equal((-122.41, 37.78), line[^1]);
        Assert.Contains((-122.415, 37.775), line);
        var watch = records.Services.GetRequiredService<WayWatch>();
        await watch.LookAsync(TestContext.Current.CancellationToken);

        // A kilometre to the west, three fixes long.
        for (var i = 3; i > 0; i--) await driver.ReportAsync(node, new WireFix(now - i * 1_000, 37.775, -122.43, 5, 0));

        (version, line) = await RouteAsync(trip, after: version);
        Assert.Equal((-122.43, 37.775), line[0]);
        Assert.Contains((-122.42, 37.782), line);
        Assert.Equal(2, (await desk.GetAsync($"/v1/trips/{trip}")).Number("version"));

        await desk.PostAsync($"/v1/trips/{trip}/start", 200);
        (version, line) = await RouteAsync(trip, after: version);
        Assert.Equal((-122.4, 37.79), line[^1]);

        // An operator's way stays, wherever the car goes.
        var given = await desk.AskAsync(HttpMethod.Put, $"/v1/trips/{trip}/route", 200, """{"line":[[-122.43,37.775],[-122.4,37.79]],"seconds":300}""");
        Assert.Equal(version + 1, given.Number("version"));
        records.Services.GetRequiredService<IPlanWays>().WantAnother("d_1");
        var next = await desk.TripAsync();
        await desk.AssignAsync(next, "d_1");
        // The queued trip's time comes from the same planner, after the wish above.
        await Eventually.IsSoAsync(async () => (await desk.GetAsync($"/v1/trips/{next}")).Json!["etaTime"] is not null);
        Assert.Equal(given.Number("version"), (await desk.GetAsync($"/v1/trips/{trip}")).Json!["route"]!["version"]!.GetValue<int>());
        await Eventually.IsSoAsync(async () => ((string?)await redis.Database.HashGetAsync(HubKeys.Trip(RideTracker.Protocol.TripId.Parse(next)), "eta"))?.Contains(',', StringComparison.Ordinal) == true);
        Assert.Empty(records.Errors.All);
    }

    [Fact]
    public async Task PlannerThatNeverAnswers_DelaysNoCommand()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var records = await RecordsNode.StartAsync(
            redis.EndPoint, await postgres.CreateDatabaseAsync(), null, ("Routing:Osrm", $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/"), ("Routing:TimeoutMs", 10_000));
        await using var node = await TrackingNode.StartAsync(redis.EndPoint);
        using var desk = new Desk(records);
        await new TestDriver("d_1").ReportAsync(node, TestDriver.FixAt(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
        var trip = await desk.AssignedTripAsync("d_1");
        using var asked = await silent.AcceptTcpClientAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        // The planner is being waited for; nobody else waits.
        await desk.PostAsync($"/v1/trips/{trip}/arrive", 200);
        await desk.PostAsync($"/v1/trips/{trip}/start", 200);
        await desk.PostAsync($"/v1/trips/{trip}/complete", 200);

        Assert.True(asked.Connected);
        await Eventually.IsSoAsync(async () => await redis.Database.HashGetAsync(HubKeys.Trip(RideTracker.Protocol.TripId.Parse(trip)), "status") == "complete");
    }

    private async Task<(int Version, List<(double Lng, double Lat)> Line)> RouteAsync(string trip, int after)
    {
        string? json = null;
        await Eventually.IsSoAsync(async () =>
        {
            json = await redis.Database.StringGetAsync(HubKeys.Route(RideTracker.Protocol.TripId.Parse(trip)));
            if (json is null) return false;
            using var kept = JsonDocument.Parse(json);
            return kept.RootElement.GetProperty("version").GetInt32() > after;
        });
        using var route = JsonDocument.Parse(json!);
        return (route.RootElement.GetProperty("version").GetInt32(), [.. route.RootElement.GetProperty("line").EnumerateArray().Select(point => (point[0].GetDouble(), point[1].GetDouble()))]);
    }
}
