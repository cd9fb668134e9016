using System.Text.Json;
using Npgsql;
using RideTracker.Client;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Records.Outbox;

namespace RideTracker.IntegrationTests.Records;

/// <summary>The life of a trip from the API of Records to the rider's stream and the driver's socket, over real Redis and PostgreSQL.</summary>
public sealed class TripLifeTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>, IAsyncLifetime
{
    private string _database = "";
    private RecordsNode _records = null!;
    private TrackingNode _node = null!;
    private Desk _desk = null!;

    public async ValueTask InitializeAsync()
    {
        await redis.BeginAsync();
        _database = await postgres.CreateDatabaseAsync();
        _records = await RecordsNode.StartAsync(redis.EndPoint, _database);
        _node = await TrackingNode.StartAsync(redis.EndPoint);
        _desk = new Desk(_records);
    }

    public async ValueTask DisposeAsync()
    {
        _desk?.Dispose();
        if (_node is not null) await _node.DisposeAsync();
        if (_records is not null) await _records.DisposeAsync();
    }

    [Fact]
    public async Task NewTrip_WhileTheOutboxIsHeldUp_CanBeWatchedAtOnce()
    {
        await using var holder = new NpgsqlConnection(_database);
        await holder.OpenAsync(TestContext.Current.CancellationToken);
        await using var hold = new NpgsqlCommand("SELECT pg_advisory_lock($1)", holder) { Parameters = { new() { Value = OutboxLock.Key } } };
        await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var trip = await _desk.TripAsync();

        await using var rider = await Rider.OnTripAsync(RiderStrategy.Sse, _node, trip);
        Assert.Equal("new", (await rider.NextAsync()).Status);
    }

    [Fact]
    public async Task WholeLife_IsSeenByRiderAndDriver()
    {
        await _desk.DriverAsync("d_1", "Ann Maria Miller");
        await using var phone = await PhoneAsync("d_1");
        var created = await _desk.PostAsync("/v1/trips", 201, Desk.NewTrip);
        var trip = created.Word("id");
        Assert.Equal(($"/v1/trips/{trip}", "\"1\"", "new"), (created.Location, created.ETag, created.Word("status")));
        await using var rider = await Rider.OnTripAsync(RiderStrategy.Sse, _node, trip);
        Assert.Equal("new", (await rider.NextAsync()).Status);

        await _desk.AssignAsync(trip, "d_1");

        await UntilToldAsync(phone, trip);
        var assigned = await rider.UntilAsync(view => view.Status == "enroute-to-pickup");
        using (var state = JsonDocument.Parse(assigned.Json))
        {
            var card = state.RootElement.GetProperty("driver");
            Assert.Equal(("Ann", "Blue car", "7ABC123"), (card.GetProperty("name").GetString(), card.GetProperty("vehicle").GetString(), card.GetProperty("plate").GetString()));
        }

        await _desk.PostAsync($"/v1/trips/{trip}/arrive", 200);
        await rider.UntilAsync(view => view.Status == "arrived-at-pickup");
        await _desk.PostAsync($"/v1/trips/{trip}/start", 200);
        await rider.UntilAsync(view => view.Status == "enroute-to-dropoff");
        var complete = await _desk.PostAsync($"/v1/trips/{trip}/complete", 200);
        await rider.UntilAsync(view => view.Status == "complete");
        await rider.ToEndAsync();
        Assert.Equal("trip-complete", rider.EndReason);
        Assert.Equal(("complete", 5), (complete.Word("status"), complete.Number("version")));
        await UntilToldAsync(phone, null);
        Assert.Equal(complete.Text, (await _desk.GetAsync($"/v1/trips/{trip}")).Text);
        Assert.Empty(_records.Errors.All);
    }

    [Fact]
    public async Task Assignment_ByOneHostReachesTheDriver_WhileAnotherHostIsAtTheOutbox()
    {
        await using var other = await RecordsNode.StartAsync(redis.EndPoint, _database);
        using var otherDesk = new Desk(other);
        await using var phone = await PhoneAsync("d_1");
        await _desk.DriverAsync("d_1");
        for (var i = 0; i < 10; i++)
        {
            var desk = i % 2 == 0 ? _desk : otherDesk;
            var trip = await desk.TripAsync();
            await desk.AssignAsync(trip, "d_1");
            await UntilToldAsync(phone, trip);
            await (i % 3 == 0 ? _desk : otherDesk).PostAsync($"/v1/trips/{trip}/cancel", 200);
            await UntilToldAsync(phone, null);
        }
    }

    [Fact]
    public async Task QueuedTrip_BecomesActiveWhenTheOneBeforeItEnds()
    {
        var first = await _desk.AssignedTripAsync("d_1");
        var second = await _desk.TripAsync();
        var queued = await _desk.AssignAsync(second, "d_1");
        Assert.Equal(("enroute-to-pickup", true), (queued.Word("status"), queued.Json!["queued"]!.GetValue<bool>()));
        var third = await _desk.TripAsync();
        Assert.Equal("/problems/driver-unavailable", (await _desk.AssignAsync(third, "d_1", 409)).Word("type"));
        var early = await _desk.PostAsync($"/v1/trips/{second}/start", 409);
        Assert.Equal(["assign", "cancel"], early.Json!["legal"]!.AsArray().Select(word => word!.GetValue<string>()));
        var driver = await _desk.GetAsync("/v1/drivers/d_1");
        Assert.Equal(("busy", first, second), (driver.Word("status"), driver.Word("trip"), driver.Word("next")));
        await using var phone = await PhoneAsync("d_1");
        await using var rider = await Rider.OnTripAsync(RiderStrategy.Sse, _node, second);

        await _desk.PostAsync($"/v1/trips/{first}/start", 200);
        await _desk.PostAsync($"/v1/trips/{first}/complete", 200);

        await UntilToldAsync(phone, second);
        var active = await _desk.GetAsync($"/v1/trips/{second}");
        Assert.Equal((false, 3), (active.Json!["queued"]!.GetValue<bool>(), active.Number("version")));
        await rider.UntilAsync(view => view.Version == 3);
        Assert.Null((await _desk.GetAsync("/v1/drivers/d_1")).Json!["next"]);
        await _desk.PostAsync($"/v1/trips/{second}/start", 200);
    }

    [Fact]
    public async Task Reassignment_TakesTheTripFromOneDriverAndGivesItToTheOther()
    {
        await _desk.DriverAsync("d_2", "Bob");
        await using var one = await PhoneAsync("d_1");
        await using var two = await PhoneAsync("d_2");
        var trip = await _desk.AssignedTripAsync("d_1");
        var next = await _desk.TripAsync();
        await _desk.AssignAsync(next, "d_1");
        await UntilToldAsync(one, trip);
        await using var rider = await Rider.OnTripAsync(RiderStrategy.Sse, _node, trip);
        await _desk.PostAsync($"/v1/trips/{trip}/arrive", 200);

        var again = await _desk.AssignAsync(trip, "d_2");

        Assert.Equal(("enroute-to-pickup", "d_2", "Bob"), (again.Word("status"), again.Word("driver"), again.Json!["card"]!["name"]!.GetValue<string>()));
        await UntilToldAsync(two, trip);
        await rider.UntilAsync(view => view.Json.Contains("Bob", StringComparison.Ordinal));
        // What was queued behind it at the first driver begins.
        await UntilToldAsync(one, next);
        Assert.Equal("idle", (await _desk.DriverAsync("d_9")).Word("status"));
        // To the driver that it has: nothing changes.
        Assert.Equal(again.Text, (await _desk.AssignAsync(trip, "d_2")).Text);
    }

    [Fact]
    public async Task Duty_IsOffOnlyWithoutATripAndOnlyForOneself()
    {
        var trip = await _desk.AssignedTripAsync("d_1");
        using var self = new Desk(_records, TestTokens.Driver("d_1"));
        Assert.Contains(trip, (await self.PostAsync("/v1/drivers/d_1/duty", 409, """{"on":false}""")).Detail, StringComparison.Ordinal);
        await _desk.PostAsync($"/v1/trips/{trip}/cancel", 200);

        var off = await self.PostAsync("/v1/drivers/d_1/duty", 200, """{"on":false}""");

        Assert.Equal(off.Text, (await self.PostAsync("/v1/drivers/d_1/duty", 200, """{"on":false}""")).Text);
        Assert.Equal("off-duty", (await _desk.GetAsync("/v1/drivers/d_1")).Word("status"));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await Eventually.IsSoAsync(async () =>
        {
            using var ack = await new TestDriver("d_1").TryReportAsync(_node, TestDriver.FixAt(++now));
            return ack.RootElement.GetProperty("rejected").GetArrayLength() == 1;
        });
        var refused = await _desk.AssignAsync(await _desk.TripAsync(), "d_1", 409);
        Assert.Contains("off duty", refused.Detail, StringComparison.Ordinal);
        await self.PostAsync("/v1/drivers/d_2/duty", 403, """{"on":true}""");
        await _desk.PostAsync("/v1/drivers/nobody/duty", 404, """{"on":false}""");
        using var unregistered = new Desk(_records, TestTokens.Driver("nobody"));
        await unregistered.PostAsync("/v1/drivers/nobody/duty", 200, """{"on":false}""");
        await _desk.PostAsync("/v1/drivers/d_1/duty", 200, """{"on":true}""");
        await Eventually.IsSoAsync(async () =>
        {
            using var ack = await new TestDriver("d_1").TryReportAsync(_node, TestDriver.FixAt(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
            return ack.RootElement.GetProperty("accepted").GetInt32() == 1;
        });
    }

    private Task<DriverSocket> PhoneAsync(string driver) => DriverSocket.ConnectAsync(_node, TestTokens.Driver(driver));

    // What the phone is told of its trip, until it is this one; null: none.
    private static async Task UntilToldAsync(DriverSocket phone, string? wanted)
    {
        while (true)
        {
            var known = phone.Others.Count;
            Assert.True(await phone.ReadAsync(), "the phone's connection closed");
            if (phone.Others.Count == known) continue;
            using var message = JsonDocument.Parse(phone.Others[^1]);
            if (!message.RootElement.TryGetProperty("trip", out var trip)) continue;
            if ((trip.ValueKind == JsonValueKind.Null ? null : trip.GetProperty("id").GetString()) == wanted) return;
        }
    }
}
