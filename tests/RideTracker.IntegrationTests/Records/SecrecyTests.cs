using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RideTracker.Client;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.IntegrationTests.Records;

/// <summary>A rider tries to learn of a driver what it must not, and a driver of others, at two tracking nodes and Records.</summary>
public class SecrecyTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>, IAsyncLifetime
{
    private const string Driver = "drv-secret";
    private const string Town = "bbox=-122.5,37.7,-122.3,37.8";
    private const string Near = "near=37.77,-122.42&radius=10000";

    private readonly List<IAsyncDisposable> _open = [];
    private RecordsNode _records = null!;
    private TrackingNode _a = null!;
    private TrackingNode _b = null!;
    private Desk _desk = null!;
    private long _time;

    public async ValueTask InitializeAsync()
    {
        await redis.BeginAsync();
        _open.Add(_records = await RecordsNode.StartAsync(redis.EndPoint, await postgres.CreateDatabaseAsync()));
        // No wait after a drop-off here: how long that is is tried in TwoNodes.
        _open.Add(_a = await TrackingNode.StartAsync(redis.EndPoint, ("FanOut:HideAfterDropoffSeconds", 0)));
        _open.Add(_b = await TrackingNode.StartAsync(redis.EndPoint, ("FanOut:HideAfterDropoffSeconds", 0)));
        _desk = new Desk(_records, TestTokens.Make("backend", "service"));
        await _desk.DriverAsync(Driver);
        _time = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
    }

    public async ValueTask DisposeAsync()
    {
        _desk?.Dispose();
        foreach (var one in Enumerable.Reverse(_open)) await one.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task EveryAddressOfRecords_IsClosedToRiders_AndToDriversButTheirOwn()
    {
        var trip = await _desk.AssignedTripAsync("drv-other");
        var share = (await _desk.PostAsync($"/v1/trips/{trip}/share", 201, """{"ttl":600}""")).Word("share");
        var jti = (await _desk.PostAsync("/v1/tokens", 200, """{"role":"driver","sub":"drv-other","ttl":600}""")).Word("jti");
        var document = JsonNode.Parse(await _records.Http.GetStringAsync("/openapi/records-v1.json", TestContext.Current.CancellationToken))!;
        var tried = 0;
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            var isDrivers = path.StartsWith("/v1/drivers/{id}", StringComparison.Ordinal);
            var address = path.Replace("{id}", isDrivers ? "drv-other" : trip, StringComparison.Ordinal).Replace("{share}", share, StringComparison.Ordinal).Replace("{jti}", jti, StringComparison.Ordinal);
            Assert.DoesNotContain('{', address);
            foreach (var (method, _) in operations!.AsObject())
            {
                if (method is "parameters" or "summary") continue;
                // The rider of that very trip, one of another, one without; the driver of another trip.
                foreach (var token in (string[])[TestTokens.Rider(trip), TestTokens.Rider("t_other"), TestTokens.AnyRider(), TestTokens.Driver(Driver)])
                {
                    var (status, body) = await AskAsync(method, address, token);
                    Assert.True(status is HttpStatusCode.Forbidden or HttpStatusCode.NotFound, $"{method} {path}: {status} {body}");
                    foreach (var secret in (string[])["7ABC123", "Ann", "r_1", share, "37.7"]) Assert.DoesNotContain(secret, body.Replace(address, "", StringComparison.Ordinal), StringComparison.Ordinal);
                    tried++;
                }

                var (anonymous, _) = await AskAsync(method, address, null);
                Assert.Equal(HttpStatusCode.Unauthorized, anonymous);
            }
        }

        Assert.True(tried > 60, $"only {tried} were tried");
        // Nothing of it was done.
        Assert.Equal("enroute-to-pickup", (await _desk.GetAsync($"/v1/trips/{trip}")).Word("status"));
        Assert.Null((await _desk.GetAsync($"/v1/trips/{trip}/share")).Json!["items"]![0]!["revoked"]);
    }

    [Fact]
    public async Task Rider_SeesNothingOfTheDriverBeforeTheTripAndAfterIt()
    {
        var phone = new TestDriver(Driver);
        await ReportAsync(phone, 1);
        var trip = await _desk.TripAsync();
        var path = $"/v1/trips/{trip}/live";
        var token = TestTokens.Rider(trip);
        await Eventually.IsSoAsync(async () => (await PollRider.GetAsync(_b, path, token)).Status == HttpStatusCode.OK);
        AssertNothingOfTheDriver((await PollRider.GetAsync(_b, path, token)).Body);
        await using var stream = await Rider.OpenAsync(RiderStrategy.Sse, _b, path, token);
        AssertNothingOfTheDriver((await stream.NextJsonAsync())!);
        // Queued behind somebody else's trip: still nothing of where the car is.
        var first = await _desk.TripAsync();
        await _desk.AssignAsync(first, Driver);
        await _desk.AssignAsync(trip, Driver);
        await ReportAsync(phone, 2);
        var queued = await stream.UntilAsync(view => view.Status == "enroute-to-pickup");
        Assert.True(queued is { Lat: null, Path.Count: 0 }, queued.Json);
        Assert.DoesNotContain(first, queued.Json, StringComparison.Ordinal);

        await _desk.PostAsync($"/v1/trips/{first}/cancel", 200);
        var before = _time;
        await ReportAsync(phone, 3);
        var active = await stream.UntilAsync(view => view.Lat is not null && view.Time > before);
        // The way to here was another rider's.
        Assert.All(active.Path, point => Assert.True(point.Time > before, active.Json));
        Assert.DoesNotContain(Driver, active.Json, StringComparison.Ordinal);
        Assert.DoesNotContain("Miller", active.Json, StringComparison.Ordinal);

        await _desk.PostAsync($"/v1/trips/{trip}/cancel", 200);
        AssertNothingOfTheDriver((await stream.ToEndAsync())[^1]);
        await ReportAsync(phone, 4);
        foreach (var node in (TrackingNode[])[_a, _b])
        {
            var over = await PollRider.GetAsync(node, path, token, $"\"{active.Cursor}\"");
            Assert.Equal(HttpStatusCode.Gone, over.Status);
            AssertNothingOfTheDriver(over.Body);
            Assert.NotEqual(HttpStatusCode.OK, (await PollRider.GetAsync(node, $"/v1/trips/{trip}/route", token)).Status);
        }
    }

    [Theory]
    [InlineData(RiderStrategy.Poll)]
    [InlineData(RiderStrategy.LongPoll)]
    [InlineData(RiderStrategy.Sse)]
    [InlineData(RiderStrategy.WebSocket)]
    public async Task CursorsOfOthers_GiveAReset_AndNoData(RiderStrategy strategy)
    {
        var phone = new TestDriver(Driver);
        await ReportAsync(phone, 1);
        var busy = await _desk.TripAsync();
        await _desk.AssignAsync(busy, Driver);
        var mine = await _desk.TripAsync();
        // The outbox tells the hub who drives a moment after the desk has its answer.
        foreach (var (trip, status) in ((string, string)[])[(busy, "enroute-to-pickup"), (mine, "new")])
            await Eventually.IsSoAsync(async () => (await PollRider.GetAsync(_b, $"/v1/trips/{trip}/live", TestTokens.Dispatcher())).Body.Contains($"\"{status}\"", StringComparison.Ordinal));
        await ReportAsync(phone, 2);
        var otherTrip = (await PollRider.GetAsync(_b, $"/v1/trips/{busy}/live", TestTokens.Dispatcher())).ETag!.Trim('"');
        var desks = (await PollRider.GetAsync(_b, $"/v1/vehicles/live?{Town}", TestTokens.Dispatcher())).ETag!.Trim('"');

        foreach (var cursor in (string[])[otherTrip, desks])
        {
            await using var rider = await Rider.OpenAsync(strategy, _b, $"/v1/trips/{mine}/live", TestTokens.Rider(mine), cursor);
            var state = await rider.NextJsonAsync();
            Assert.Contains("\"reset\":true", state!, StringComparison.Ordinal);
            AssertNothingOfTheDriver(state!);

            await using var viewer = await Rider.OpenAsync(strategy, _b, $"/v1/vehicles/live?{Town}", TestTokens.AnyRider(), cursor);
            var seen = await viewer.NextJsonAsync();
            Assert.Contains("\"reset\":true", seen!, StringComparison.Ordinal);
            Assert.Empty(JsonDocument.Parse(seen!).RootElement.GetProperty("vehicles").EnumerateArray());
            Assert.DoesNotContain(Driver, seen, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task CarAround_HasNoName_AndAnotherOneAfterEachTrip()
    {
        var phone = new TestDriver(Driver);
        await ReportAsync(phone, 1);
        var ids = new List<string>();
        for (var spell = 0; spell < 2; spell++)
        {
            await UntilOnAllMapsAsync(1);
            foreach (var query in (string[])[Town, Near])
            {
                var onA = Assert.Single(await CarsAsync(_a, query));
                Assert.Equal(onA.GetProperty("id").GetString(), Assert.Single(await CarsAsync(_b, query)).GetProperty("id").GetString());
                Assert.Equal(Math.Round(onA.GetProperty("lat").GetDouble(), 4), onA.GetProperty("lat").GetDouble());
                Assert.Equal(Math.Round(onA.GetProperty("lng").GetDouble(), 4), onA.GetProperty("lng").GetDouble());
                Assert.Equal(0, onA.GetProperty("time").GetInt64() % 1_000);
                Assert.Equal(["id", "lat", "lng", "status", "time"], onA.EnumerateObject().Select(member => member.Name).Where(name => name is not ("heading" or "speed" or "stale")).Order(StringComparer.Ordinal));
                ids.Add(onA.GetProperty("id").GetString()!);
            }

            Assert.Equal(ids[^1], ids[^2]);
            var trip = await _desk.TripAsync();
            await _desk.AssignAsync(trip, Driver);
            // On a trip it is nowhere, for whoever rides with another and for its own rider.
            await UntilOnAllMapsAsync(0);
            await Eventually.IsSoAsync(async () => await CarsAsync(_a, Near, TestTokens.Rider(trip)) is []);
            await _desk.PostAsync($"/v1/trips/{trip}/cancel", 200);
            await ReportAsync(phone, 2 + spell);
        }

        Assert.Equal(2, ids.Distinct().Count());
        Assert.All(ids, id => Assert.DoesNotContain("drv", id, StringComparison.Ordinal));
        // A name from the map opens no other door.
        foreach (var token in (string[])[TestTokens.AnyRider(), TestTokens.Rider(ids[^1])])
            Assert.NotEqual(HttpStatusCode.OK, (await PollRider.GetAsync(_a, $"/v1/trips/{ids[^1]}/live", token)).Status);
    }

    private static async Task<JsonElement[]> CarsAsync(TrackingNode node, string query, string? token = null)
    {
        var answer = await PollRider.GetAsync(node, $"/v1/vehicles/live?{query}", token ?? TestTokens.AnyRider());
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.DoesNotContain(Driver, answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("7ABC123", answer.Body, StringComparison.Ordinal);
        return [.. JsonDocument.Parse(answer.Body).RootElement.GetProperty("vehicles").EnumerateArray()];
    }

    // Each node shows each map by what it has heard of the car, which is not at the same moment.
    private async Task UntilOnAllMapsAsync(int cars)
    {
        foreach (var node in (TrackingNode[])[_a, _b])
            foreach (var query in (string[])[Town, Near])
                await Eventually.IsSoAsync(async () => (await CarsAsync(node, query)).Length == cars);
    }

    private async Task ReportAsync(TestDriver phone, int step)
    {
        _time = Math.Max(_time + 1, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        await phone.ReportAsync(_a, new WireFix(_time, 37.7712345 + step * 0.0000001, -122.4256789, 5, 8.4, 187));
    }

    private static void AssertNothingOfTheDriver(string body)
    {
        foreach (var secret in (string[])[Driver, "Ann", "Blue car", "7ABC123", "37.771234", "122.42567", "\"vehicle\"", "\"driver\""])
            Assert.DoesNotContain(secret, body, StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode Status, string Body)> AskAsync(string method, string address, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method.ToUpperInvariant()), address);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (method is "post" or "put") request.Content = new StringContent("""{"on":true,"ttl":60,"driver":"drv-secret"}""", Encoding.UTF8, "application/json");
        using var answer = await _records.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
