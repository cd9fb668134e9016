using Npgsql;
using RideTracker.Client;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Records.Outbox;

namespace RideTracker.IntegrationTests.Records;

/// <summary>What is committed reaches the hub, whatever crashes in between, and all of it again after the hub lost it.</summary>
public sealed class OutboxTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>
{
    [Fact]
    public async Task CommandBeforeACrash_IsProjectedByTheNextHost()
    {
        await redis.BeginAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var holder = new NpgsqlConnection(database);
        await holder.OpenAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(holder, "SELECT pg_advisory_lock($1)", OutboxLock.Key);
        string trip;
        await using (var records = await RecordsNode.StartAsync(redis.EndPoint, database))
        {
            using var desk = new Desk(records);
            trip = await desk.AssignedTripAsync("d_1");
            await records.KillAsync();
        }

        // A new trip is shown at once; what became of it is the outbox's to tell.
        Assert.Equal("new", await redis.Database.HashGetAsync(HubKeys.Trip(TripId.Parse(trip)), "status"));
        await ExecuteAsync(holder, "SELECT pg_advisory_unlock($1)", OutboxLock.Key);
        await using var next = await RecordsNode.StartAsync(redis.EndPoint, database);

        await StatusAsync(redis.Database, trip, "enroute-to-pickup");
        Assert.Equal(trip, await redis.Database.HashGetAsync(HubKeys.Slot(0, DriverId.Parse("d_1")), "trip"));
        await Eventually.IsSoAsync(async () => await CountAsync(holder, "outbox") == 0);
    }

    [Fact]
    public async Task CommandsWhileRedisIsAway_AreDoneAndProjectedWhenItIsBack()
    {
        await redis.BeginAsync();
        await using var server = await RedisProcess.StartAsync();
        await using var records = await RecordsNode.StartAsync(server.EndPoint, await postgres.CreateDatabaseAsync());
        using var desk = new Desk(records);
        var before = await desk.AssignedTripAsync("d_1");
        await server.KillAsync();

        await desk.PostAsync($"/v1/trips/{before}/start", 200);
        await desk.PostAsync($"/v1/trips/{before}/complete", 200);
        var after = await desk.TripAsync();
        await desk.AssignAsync(after, "d_1");

        await server.StartAgainAsync();
        await using var connection = await server.ConnectAsync();
        await StatusAsync(connection.GetDatabase(), before, "complete");
        await StatusAsync(connection.GetDatabase(), after, "enroute-to-pickup");
    }

    [Fact]
    public async Task Rebuild_AfterRedisLostEverything_GivesRidersTheSameStates()
    {
        await redis.BeginAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database);
        using var desk = new Desk(records);
        var active = await desk.AssignedTripAsync("d_1");
        await desk.AskAsync(HttpMethod.Put, $"/v1/trips/{active}/route", 200, """{"line":[[-122.42,37.77],[-122.41,37.78]],"seconds":99}""");
        var queued = await desk.TripAsync();
        await desk.AssignAsync(queued, "d_1");
        var over = await desk.AssignedTripAsync("d_2");
        await desk.PostAsync($"/v1/trips/{over}/cancel", 200);
        var isNew = await desk.TripAsync();
        await desk.DriverAsync("d_3");
        await desk.PostAsync("/v1/drivers/d_3/duty", 200, """{"on":false}""");
        await StatusAsync(redis.Database, isNew, "new");
        await Eventually.IsSoAsync(async () => await redis.Database.HashExistsAsync(HubKeys.Slot(0, DriverId.Parse("d_3")), "off"));
        // What the drivers of running trips see, and a slot that the database knows nothing of.
        await redis.Database.ExecuteAsync("FLUSHALL");
        await redis.Database.HashSetAsync(HubKeys.Slot(0, DriverId.Parse("d_1")), [new("n", 7), new("trip", "t_of_another_life"), new("tripversion", 1)]);

        await RebuildAsync(redis.EndPoint, database);

        await using var node = await TrackingNode.StartAsync(redis.EndPoint);
        var seen = await StateAsync(node, active);
        Assert.Equal(("enroute-to-pickup", 2), (seen.Status, seen.Version));
        Assert.Contains("\"route\":1", seen.Json, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"Ann\"", seen.Json, StringComparison.Ordinal);
        Assert.Equal("enroute-to-pickup", (await StateAsync(node, queued)).Status);
        Assert.Equal("new", (await StateAsync(node, isNew)).Status);
        using var gone = await AskAsync(node, $"/v1/trips/{over}/live", TestTokens.Rider(over));
        Assert.Equal(410, (int)gone.StatusCode);
        using var route = await AskAsync(node, $"/v1/trips/{active}/route", TestTokens.Rider(active));
        Assert.Equal(200, (int)route.StatusCode);
        using var ack = await new TestDriver("d_3").TryReportAsync(node, TestDriver.FixAt(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
        Assert.Equal("off-duty", ack.RootElement.GetProperty("rejected")[0].GetProperty("reason").GetString());
        // And life goes on.
        await desk.PostAsync($"/v1/trips/{active}/start", 200);
        await using var rider = await Rider.OnTripAsync(RiderStrategy.Sse, node, active);
        await rider.UntilAsync(view => view.Status == "enroute-to-dropoff");
    }

    [Fact]
    public async Task Rebuild_WhileHostsServe_LeavesWhatIsNewest()
    {
        await redis.BeginAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database);
        using var desk = new Desk(records);
        var trips = new List<string>();
        for (var i = 0; i < 20; i++) trips.Add(await desk.AssignedTripAsync($"d_{i}"));
        var rebuilding = Task.Run(async () =>
        {
            for (var i = 0; i < 3; i++) await RebuildAsync(redis.EndPoint, database);
        }, TestContext.Current.CancellationToken);

        foreach (var trip in trips) await desk.PostAsync($"/v1/trips/{trip}/start", 200);
        foreach (var trip in trips) await desk.PostAsync($"/v1/trips/{trip}/complete", 200);

        await rebuilding;
        foreach (var trip in trips) await StatusAsync(redis.Database, trip, "complete");
        for (var i = 0; i < 20; i++)
        {
            var slot = HubKeys.Slot(0, DriverId.Parse($"d_{i}"));
            await Eventually.IsSoAsync(async () => await redis.Database.HashGetAsync(slot, "over") == "1");
        }
    }

    [Fact]
    public async Task Rebuild_WithoutRedis_SaysSoAndFails()
    {
        await redis.BeginAsync();
        var (code, output) = await RecordsCommandLine.RunAsync($"127.0.0.1:{FreePort.Next()},connectTimeout=200", await postgres.CreateDatabaseAsync(), "rebuild");
        Assert.Equal(1, code);
        Assert.Contains("Redis can't be reached", output, StringComparison.Ordinal);
    }

    private static async Task RebuildAsync(string hub, string database)
    {
        var (code, output) = await RecordsCommandLine.RunAsync(hub, database, "rebuild");
        Assert.True(code == 0, output);
        Assert.Contains("trip:", output, StringComparison.Ordinal);
    }

    private static Task StatusAsync(StackExchange.Redis.IDatabase database, string trip, string status) =>
        Eventually.IsSoAsync(async () => await database.HashGetAsync(HubKeys.Trip(TripId.Parse(trip)), "status") == status);

    private static async Task<TripView> StateAsync(TrackingNode node, string trip)
    {
        using var response = await AskAsync(node, $"/v1/trips/{trip}/live", TestTokens.Rider(trip));
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)response.StatusCode == 200, text);
        return TripView.Parse(text);
    }

    private static async Task<HttpResponseMessage> AskAsync(TrackingNode node, string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", token);
        return await node.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, long value)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = value } } };
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection, string table)
    {
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM {table}", connection);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
