using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.IntegrationTests.Records;

/// <summary>What the trips' API refuses, and what it says then; what may be repeated.</summary>
public sealed class TripRulesTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>, IAsyncLifetime
{
    private RecordsNode _records = null!;
    private RecordsNode _other = null!;
    private Desk _desk = null!;
    private Desk _otherDesk = null!;

    public async ValueTask InitializeAsync()
    {
        await redis.BeginAsync();
        var database = await postgres.CreateDatabaseAsync();
        _records = await RecordsNode.StartAsync(redis.EndPoint, database);
        _other = await RecordsNode.StartAsync(redis.EndPoint, database);
        (_desk, _otherDesk) = (new Desk(_records), new Desk(_other));
    }

    public async ValueTask DisposeAsync()
    {
        _desk?.Dispose();
        _otherDesk?.Dispose();
        if (_records is not null) await _records.DisposeAsync();
        if (_other is not null) await _other.DisposeAsync();
    }

    [Fact]
    public async Task IllegalMove_SaysWhatWouldBeLegalAndChangesNothing()
    {
        var trip = await _desk.TripAsync();
        var refused = await _desk.PostAsync($"/v1/trips/{trip}/complete", 409);
        Assert.Equal("/problems/illegal-move", refused.Word("type"));
        Assert.Equal(["assign", "cancel"], refused.Json!["legal"]!.AsArray().Select(word => word!.GetValue<string>()));
        Assert.Equal((trip, "new"), (refused.Json["trip"]!["id"]!.GetValue<string>(), refused.Json["trip"]!["status"]!.GetValue<string>()));
        await _desk.PostAsync($"/v1/trips/{trip}/cancel", 200);
        var over = await _desk.PostAsync($"/v1/trips/{trip}/cancel", 409);
        Assert.Empty(over.Json!["legal"]!.AsArray());
        Assert.Equal(2, (await _desk.GetAsync($"/v1/trips/{trip}")).Number("version"));
    }

    [Fact]
    public async Task PlateThatReadsOtherwiseThanItIsWritten_IsRefused()
    {
        var refused = await _desk.AskAsync(HttpMethod.Put, "/v1/drivers/d_9", 400, """{"name":"Ann","vehicle":"Blue car","plate":"\u202EABC 123"}""");

        Assert.Contains("plate: has a character U+202E", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommandOnAnotherVersion_IsRefusedWithThePresentState()
    {
        var trip = await _desk.AssignedTripAsync("d_1");
        var refused = await _desk.PostAsync($"/v1/trips/{trip}/start", 409, ifMatch: "\"1\"");
        Assert.Equal(("/problems/version-conflict", 2), (refused.Word("type"), refused.Json!["trip"]!["version"]!.GetValue<int>()));
        Assert.Contains("If-Match", (await _desk.PostAsync($"/v1/trips/{trip}/start", 400, ifMatch: "2")).Detail, StringComparison.Ordinal);
        var started = await _desk.PostAsync($"/v1/trips/{trip}/start", 200, ifMatch: "\"2\"");
        Assert.Equal("\"3\"", started.ETag);
    }

    [Fact]
    public async Task TwoCommandsOnOneVersion_OneOfThemWins()
    {
        for (var round = 0; round < 10; round++)
        {
            var trip = await _desk.TripAsync();
            var driver = $"d_{round}";
            await _desk.DriverAsync(driver);
            await _desk.AssignAsync(trip, driver);
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? _desk : _otherDesk).TryAsync(HttpMethod.Post, $"/v1/trips/{trip}/{(i % 4 < 2 ? "start" : "cancel")}", ifMatch: "\"2\"")));
            Assert.Single(answers, answer => answer.Status == 200);
            Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal(409, answer.Status));
            Assert.Equal(3, (await _desk.GetAsync($"/v1/trips/{trip}")).Number("version"));
        }
    }

    [Fact]
    public async Task ManyAssignmentsToOneDriver_MakeOneActiveAndOneQueued()
    {
        await _desk.DriverAsync("d_1");
        var trips = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _desk.TripAsync()));

        var answers = await Task.WhenAll(trips.Select((trip, i) => (i % 2 == 0 ? _desk : _otherDesk).TryAsync(HttpMethod.Post, $"/v1/trips/{trip}/assign", """{"driver":"d_1"}""")));

        Assert.Equal(2, answers.Count(answer => answer.Status == 200));
        Assert.Single(answers, answer => answer.Status == 200 && answer.Json!["queued"]!.GetValue<bool>());
        Assert.Equal(6, answers.Count(answer => answer.Status == 409));
    }

    [Fact]
    public async Task SameKeyAtOnce_MakesOneTrip()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => (i % 2 == 0 ? _desk : _otherDesk).PostAsync("/v1/trips", 201, Desk.NewTrip, key: "order 17".Replace(' ', '-'))));

        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Single(answers.Select(answer => (answer.Location, answer.ETag)).Distinct());
        Assert.Single((await _desk.GetAsync("/v1/trips")).Json!["items"]!.AsArray());
        // Spaced otherwise it is the same body; with another place it is not.
        Assert.Equal(answers[0].Text, (await _desk.PostAsync("/v1/trips", 201, Desk.NewTrip.Replace(",", " , ", StringComparison.Ordinal), key: "order-17")).Text);
        Assert.Equal("/problems/idempotency-key-reused", (await _desk.PostAsync("/v1/trips", 422, Desk.NewTrip.Replace("r_1", "r_2", StringComparison.Ordinal), key: "order-17")).Word("type"));
        // Another caller's key is another key.
        using var service = new Desk(_records, TestTokens.Make("shop", "service"));
        Assert.NotEqual(answers[0].Word("id"), (await service.PostAsync("/v1/trips", 201, Desk.NewTrip, key: "order-17")).Word("id"));
    }

    [Fact]
    public async Task RepeatedCommand_IsAnsweredAsBeforeAlsoWhenTheTripWentOn()
    {
        await _desk.DriverAsync("d_1");
        var trip = await _desk.TripAsync();
        var assigned = await _desk.AssignAsync(trip, "d_1", key: "a");
        await _desk.PostAsync($"/v1/trips/{trip}/start", 200);

        Assert.Equal(assigned, await _desk.AssignAsync(trip, "d_1", key: "a") with { Json = assigned.Json });
        Assert.Equal("enroute-to-dropoff", (await _desk.GetAsync($"/v1/trips/{trip}")).Word("status"));
        // What failed has changed nothing, and is tried anew.
        var early = await _desk.TripAsync();
        await _desk.PostAsync($"/v1/trips/{early}/start", 409, key: "s");
        await _desk.DriverAsync("d_2");
        await _desk.AssignAsync(early, "d_2");
        await _desk.PostAsync($"/v1/trips/{early}/start", 200, key: "s");
    }

    [Theory]
    [InlineData("""{"rider":"r","pickup":{"lat":95,"lng":0},"dropoff":{"lat":0,"lng":0}}""", "pickup.lat: must be")]
    [InlineData("""{"rider":"r","pickup":{"lat":"95","lng":0},"dropoff":{"lat":0,"lng":0}}""", "pickup.lat: must be a number")]
    [InlineData("""{"rider":"r","pickup":{"lat":5},"dropoff":{"lat":0,"lng":181}}""", "pickup.lng: is missing; dropoff.lng: must be")]
    [InlineData("""{"rider":7,"pickup":{"lat":5,"lng":5},"dropoff":{"lat":0,"lng":1}}""", "rider: must be a text")]
    [InlineData("""{"rider":" ","pickup":{"lat":5,"lng":5}}""", "rider: is empty; dropoff: is missing")]
    [InlineData("""{"rider":"r","pickup":[5,5],"dropoff":{"lat":0,"lng":0}}""", "pickup: must be an object")]
    [InlineData("[]", "body: must be an object")]
    [InlineData("null", "body: must be an object")]
    [InlineData("{\"rider\"", "body: is no JSON")]
    [InlineData("", "body: is missing")]
    public async Task BadBody_IsRefusedByTheNameOfTheField(string body, string words)
    {
        var refused = await _desk.PostAsync("/v1/trips", 400, body);
        Assert.Contains(words, refused.Detail, StringComparison.Ordinal);
        Assert.Equal("/problems/malformed-body", refused.Word("type"));
        Assert.Empty((await _desk.GetAsync("/v1/trips")).Json!["items"]!.AsArray());
    }

    [Fact]
    public async Task OtherBadRequests_AreProblemsToo()
    {
        var trip = await _desk.AssignedTripAsync("d_1");
        Assert.Contains("driver: there is no driver d_404", (await _desk.AssignAsync(trip, "d_404", 404)).Detail, StringComparison.Ordinal);
        Assert.Contains("driver:", (await _desk.AssignAsync(trip, "no id", 400)).Detail, StringComparison.Ordinal);
        Assert.Contains("line[1]:", (await _desk.AskAsync(HttpMethod.Put, $"/v1/trips/{trip}/route", 400, """{"line":[[0,1],[0]],"seconds":5}""")).Detail, StringComparison.Ordinal);
        Assert.Contains("limit:", (await _desk.GetAsync("/v1/trips?limit=201", 400)).Detail, StringComparison.Ordinal);
        Assert.Contains("after:", (await _desk.GetAsync("/v1/trips?after=%F0", 400)).Detail, StringComparison.Ordinal);
        Assert.Contains("status:", (await _desk.GetAsync("/v1/trips?status=lost", 400)).Detail, StringComparison.Ordinal);
        Assert.Contains("Idempotency-Key:", (await _desk.PostAsync("/v1/trips", 400, Desk.NewTrip, key: new string('k', 256))).Detail, StringComparison.Ordinal);
        await _desk.GetAsync("/v1/trips/t_404", 404);
        await _desk.PostAsync("/v1/trips/t_404/cancel", 404);
        await _desk.PostAsync("/v1/trips", 413, Desk.NewTrip + new string(' ', 70_000));
        await _desk.AskAsync(HttpMethod.Delete, "/v1/drivers/d_1", 409);
        await _desk.AskAsync(HttpMethod.Put, "/v1/drivers/d_2", 400, """{"vehicle":"car"}""");
        Assert.Empty(_records.Errors.All);
    }

    [Fact]
    public async Task OnlyStaff_SeesTripsAndDrivers()
    {
        var trip = await _desk.AssignedTripAsync("d_1");
        foreach (var token in new[] { TestTokens.Rider(trip), TestTokens.AnyRider(), TestTokens.Driver("d_1") })
        {
            using var other = new Desk(_records, token);
            await other.GetAsync($"/v1/trips/{trip}", 403);
            await other.GetAsync("/v1/trips", 403);
            await other.GetAsync("/v1/drivers/d_1", 403);
            await other.PostAsync($"/v1/trips/{trip}/cancel", 403);
            await other.PostAsync("/v1/trips", 403, Desk.NewTrip);
        }

        using var nobody = await _records.Http.GetAsync($"/v1/trips/{trip}", TestContext.Current.CancellationToken);
        Assert.Equal(401, (int)nobody.StatusCode);
    }

    [Fact]
    public async Task Lists_GoOnAtTheirCursorAndMissNothing()
    {
        var trips = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            await _desk.DriverAsync($"d_{i}");
            trips.Add(await _desk.TripAsync());
        }

        await _desk.AssignAsync(trips[2], "d_3");
        await _desk.PostAsync("/v1/drivers/d_5/duty", 200, """{"on":false}""");
        Assert.Equal(Enumerable.Reverse(trips), await PagesAsync("/v1/trips?limit=3"));
        Assert.Equal([trips[2]], await PagesAsync("/v1/trips?driver=d_3&status=enroute-to-pickup"));
        Assert.Equal(6, (await PagesAsync("/v1/trips?status=new&rider=r_1&limit=2")).Count);
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"d_{i}"), await PagesAsync("/v1/drivers?limit=2"));
        Assert.Equal(["d_3"], await PagesAsync("/v1/drivers?status=busy"));
        Assert.Equal(["d_5"], await PagesAsync("/v1/drivers?status=off-duty"));
        Assert.Equal(["d_0", "d_1", "d_2", "d_4", "d_6"], await PagesAsync("/v1/drivers?status=idle&limit=3"));
        await _desk.AskAsync(HttpMethod.Delete, "/v1/drivers/d_0", 204);
        await _desk.GetAsync("/v1/drivers/d_0", 404);
    }

    private async Task<List<string>> PagesAsync(string path)
    {
        var ids = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var page = (await _desk.GetAsync(path + (next.Length == 0 ? "" : $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}after={next}"))).Json!;
            ids.AddRange(page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<string>()));
            next = page["next"]?.GetValue<string>();
        }

        return ids;
    }
}
