using System.Globalization;
using Npgsql;
using RideTracker.Client;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Protocol.Hub;

namespace RideTracker.IntegrationTests.Records;

/// <summary>Arrivals, from the driver's fixes to the trip and the log of events.</summary>
public sealed class ArrivalTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>, IAsyncLifetime
{
    private string _database = "";

    public async ValueTask InitializeAsync()
    {
        await redis.BeginAsync();
        _database = await postgres.CreateDatabaseAsync();
    }

    public ValueTask DisposeAsync() => default;

    [Fact]
    public async Task CarThatWaitsAtThePickup_MovesItsTripOnce()
    {
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, _database);
        await using var node = await TrackingNode.StartAsync(redis.EndPoint);
        using var desk = new Desk(records);
        var trip = await desk.AssignedTripAsync("d_1");
        await using var rider = await Rider.OnTripAsync(RiderStrategy.Sse, node, trip);
        await rider.UntilAsync(view => view.Status == "enroute-to-pickup");
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var driver = new TestDriver("d_1");

        // Half a minute in front of the door.
        for (var second = 30; second >= 0; second--) await driver.ReportAsync(node, new WireFix(now - second * 1_000, 37.78, -122.41, 5, 0));

        var arrived = await rider.UntilAsync(view => view.Status == "arrived-at-pickup");
        Assert.Equal(3, arrived.Version);
        await desk.PostAsync($"/v1/trips/{trip}/start", 200);
        await rider.UntilAsync(view => view.Status == "enroute-to-dropoff");
        Assert.Equal(["arrival"], await EventsAsync(trip, "arrival"));
        await Eventually.IsSoAsync(async () => await redis.Database.ListLengthAsync(HubKeys.Arrivals(0)) == 0);
    }

    [Fact]
    public async Task ArrivalsWhileRecordsWasDown_AreAppliedOnceByTwoHosts()
    {
        string trip, ride, stale;
        await using (var before = await RecordsNode.StartAsync(redis.EndPoint, _database))
        {
            using var desk = new Desk(before);
            trip = await desk.AssignedTripAsync("d_1");
            ride = await desk.AssignedTripAsync("d_2");
            await desk.PostAsync($"/v1/trips/{ride}/start", 200);
            // Seen before it went to another driver and came back.
            stale = await desk.AssignedTripAsync("d_3");
            await desk.DriverAsync("d_4");
            await desk.AssignAsync(stale, "d_4");
            await desk.AssignAsync(stale, "d_3");
        }

        for (var i = 0; i < 150; i++)
        {
            await PushAsync(trip, "d_1", "pickup", 2, i);
            await PushAsync(ride, "d_2", "dropoff", 3, i);
            await PushAsync(stale, "d_3", "pickup", 2, i);
        }

        await redis.Database.ListRightPushAsync(HubKeys.Arrivals(0), "{\"of\":\"another version\"}");
        await PushAsync("t_unknown", "d_9", "pickup", 1, 0);
        await using var one = await RecordsNode.StartAsync(redis.EndPoint, _database, null, ("Trips:ArrivalPollMs", 20));
        await using var two = await RecordsNode.StartAsync(redis.EndPoint, _database, null, ("Trips:ArrivalPollMs", 20));

        await Eventually.IsSoAsync(async () => await redis.Database.ListLengthAsync(HubKeys.Arrivals(0)) == 0);

        using var after = new Desk(one);
        var arrived = await after.GetAsync($"/v1/trips/{trip}");
        Assert.Equal(("arrived-at-pickup", 3), (arrived.Word("status"), arrived.Number("version")));
        Assert.Equal(("enroute-to-dropoff", 3), (await after.GetAsync($"/v1/trips/{ride}")) is var same ? (same.Word("status"), same.Number("version")) : default);
        Assert.Equal("enroute-to-pickup", (await after.GetAsync($"/v1/trips/{stale}")).Word("status"));
        Assert.Single(await EventsAsync(trip, "arrival"));
        Assert.Single(await EventsAsync(ride, "arrival"));
        Assert.Empty(await EventsAsync(stale, "arrival"));
    }

    private Task<long> PushAsync(string trip, string driver, string stop, int version, long time) => redis.Database.ListRightPushAsync(
        HubKeys.Arrivals(0),
        string.Create(CultureInfo.InvariantCulture, $$"""{"trip":"{{trip}}","driver":"{{driver}}","stop":"{{stop}}","version":{{version}},"time":{{1_764_000_000_000 + time}},"lat":37.78,"lng":-122.41}"""));

    private async Task<List<string>> EventsAsync(string trip, string kind)
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var command = source.CreateCommand("SELECT kind FROM events WHERE trip = $1 AND kind = $2 ORDER BY number");
        command.Parameters.Add(new() { Value = trip });
        command.Parameters.Add(new() { Value = kind });
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var kinds = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken)) kinds.Add(reader.GetString(0));
        return kinds;
    }
}
