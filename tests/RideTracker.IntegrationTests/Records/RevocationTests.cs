using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.Client;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Protocol.Hub;
using RideTracker.Records.Outbox;

namespace RideTracker.IntegrationTests.Records;

/// <summary>Tokens and share links end by Records' API, on two tracking nodes.</summary>
public class RevocationTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>, IAsyncLifetime
{
    // The contract says a second; a machine that runs all tests at once gets more.
    private static readonly TimeSpan SoonEnough = TimeSpan.FromSeconds(5);

    private const string Around = "/v1/vehicles/live?near=37.78,-122.41";

    private readonly List<IAsyncDisposable> _open = [];
    private RecordsNode _records = null!;
    private TrackingNode[] _nodes = [];
    private Desk _desk = null!;

    public async ValueTask InitializeAsync()
    {
        await redis.BeginAsync();
        _open.Add(_records = await RecordsNode.StartAsync(redis.EndPoint, await postgres.CreateDatabaseAsync(), null, ("Tokens:PublicUrl", "https://rides.example/")));
        _nodes = [await TrackingNode.StartAsync(redis.EndPoint), await TrackingNode.StartAsync(redis.EndPoint)];
        _open.AddRange(_nodes);
        _desk = new Desk(_records, TestTokens.Make("backend", "service"));
    }

    public async ValueTask DisposeAsync()
    {
        _desk?.Dispose();
        foreach (var one in Enumerable.Reverse(_open)) await one.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(RiderStrategy.Sse)]
    [InlineData(RiderStrategy.WebSocket)]
    public async Task Revoked_EndsItsStreamsOnEveryNode_AndNoOthers(RiderStrategy strategy)
    {
        var trip = await LiveTripAsync();
        var (token, jti) = await TokenAsync("rider", "r_1", trip);
        var (other, _) = await TokenAsync("rider", "r_1", trip);
        var streams = new List<Rider>();
        foreach (var node in _nodes)
            foreach (var path in (string[])[$"/v1/trips/{trip}/live", Around])
                streams.Add(await OpenAsync(strategy, node, path, token));
        var bystander = await OpenAsync(strategy, _nodes[0], $"/v1/trips/{trip}/live", other);
        using var time = OwnTime.Start();

        await _desk.AskAsync(HttpMethod.Delete, $"/v1/tokens/{jti}", 204);

        foreach (var stream in streams)
        {
            await stream.ToEndAsync();
            time.Within(SoonEnough, "the stream ended");
            Assert.Equal("token-revoked", stream.EndReason);
        }

        foreach (var node in _nodes) Assert.Equal(HttpStatusCode.Unauthorized, (await PollRider.GetAsync(node, $"/v1/trips/{trip}/live", token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PollRider.GetAsync(_nodes[1], $"/v1/trips/{trip}/live", other)).Status);
        Assert.Null(bystander.EndReason);
        await _desk.AskAsync(HttpMethod.Delete, $"/v1/tokens/{jti}", 204);
        var listed = (await _desk.GetAsync($"/v1/tokens?trip={trip}&role=rider")).Json!["items"]!.AsArray();
        Assert.Equal((2, 1), (listed.Count, listed.Count(one => one!["revoked"] is not null)));
        Assert.Equal("backend", listed.Single(one => one!["jti"]!.GetValue<string>() == jti)!["revokedBy"]!.GetValue<string>());
    }

    [Fact]
    public async Task Revoked_StaysSo_AfterRedisLostEverything()
    {
        var (token, jti) = await TokenAsync("rider", "r_1");
        await _desk.AskAsync(HttpMethod.Delete, $"/v1/tokens/{jti}", 204);
        await Eventually.IsSoAsync(async () => await redis.Database.SortedSetScoreAsync(HubKeys.Revoked, jti) is not null);
        await redis.BeginAsync();

        await _records.Services.GetRequiredService<Rebuild>().RunAsync(TextWriter.Null, TestContext.Current.CancellationToken);

        Assert.NotNull(await redis.Database.SortedSetScoreAsync(HubKeys.Revoked, jti));
        // A node that has never heard of it.
        await using var node = await TrackingNode.StartAsync(redis.EndPoint);
        await Eventually.IsSoAsync(async () => (await PollRider.GetAsync(node, Around, token)).Status == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task TokenOfAnotherIssuer_IsRevokedByAServiceOnly()
    {
        var token = TestTokens.Make("d-9", "dispatcher");
        var jti = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])).RootElement.GetProperty("jti").GetString();
        using var dispatcher = new Desk(_records);
        await dispatcher.AskAsync(HttpMethod.Delete, $"/v1/tokens/{jti}", 403);
        var (_, service) = await TokenAsync("service", "other");
        await dispatcher.AskAsync(HttpMethod.Delete, $"/v1/tokens/{service}", 403);
        var wrong = await _desk.AskAsync(HttpMethod.Delete, $"/v1/tokens/{jti}?expires=99999999999999", 400);
        Assert.Contains("expires", wrong.Detail, StringComparison.Ordinal);

        var end = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds();
        await _desk.AskAsync(HttpMethod.Delete, $"/v1/tokens/{jti}?expires={end}", 204);

        foreach (var node in _nodes) await Eventually.IsSoAsync(async () => (await PollRider.GetAsync(node, Around, token)).Status == HttpStatusCode.Unauthorized);
        Assert.Equal(end, (long?)await redis.Database.SortedSetScoreAsync(HubKeys.Revoked, jti));
    }

    [Fact]
    public async Task ShareLink_ShowsItsTripAlone_UntilItIsRevoked()
    {
        var trip = await LiveTripAsync();
        var another = await _desk.TripAsync();

        var share = await _desk.PostAsync($"/v1/trips/{trip}/share", 201, """{"ttl":600}""");

        var token = share.Word("token");
        Assert.Equal($"https://rides.example/t/#{token}", share.Word("url"));
        foreach (var node in _nodes) Assert.Equal(HttpStatusCode.OK, (await PollRider.GetAsync(node, $"/v1/trips/{trip}/live", token)).Status);
        await Eventually.IsSoAsync(async () => (await PollRider.GetAsync(_nodes[0], $"/v1/trips/{another}/live", TestTokens.Dispatcher())).Status == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.NotFound, (await PollRider.GetAsync(_nodes[0], $"/v1/trips/{another}/live", token)).Status);
        var listed = await _desk.GetAsync($"/v1/trips/{trip}/share");
        Assert.DoesNotContain(token, listed.Text, StringComparison.Ordinal);
        Assert.Equal(share.Word("share"), Assert.Single(listed.Json!["items"]!.AsArray())!["share"]!.GetValue<string>());
        var stream = await OpenAsync(RiderStrategy.Sse, _nodes[1], $"/v1/trips/{trip}/live", token);

        await _desk.AskAsync(HttpMethod.Delete, $"/v1/trips/{another}/share/{share.Word("share")}", 404);
        using var time = OwnTime.Start();
        await _desk.AskAsync(HttpMethod.Delete, $"/v1/trips/{trip}/share/{share.Word("share")}", 204);

        await stream.ToEndAsync();
        time.Within(SoonEnough, "the stream ended");
        Assert.Equal("token-revoked", stream.EndReason);
        Assert.NotNull((await _desk.GetAsync($"/v1/trips/{trip}/share")).Json!["items"]![0]!["revoked"]);
        Assert.Contains("ttl", (await _desk.PostAsync($"/v1/trips/{trip}/share", 400, """{"ttl":90000}""")).Detail, StringComparison.Ordinal);
        await _desk.PostAsync("/v1/trips/t_none/share", 404, """{"ttl":60}""");
    }

    [Fact]
    public async Task TripsTokens_EndWithIt_AndNoneIsIssuedAfterwards()
    {
        var trip = await LiveTripAsync();
        var (token, _) = await TokenAsync("rider", "r_1", trip);
        var watch = await OpenAsync(RiderStrategy.WebSocket, _nodes[0], $"/v1/trips/{trip}/live", token);
        var around = await OpenAsync(RiderStrategy.Sse, _nodes[1], Around, token);
        using var time = OwnTime.Start();

        await _desk.PostAsync($"/v1/trips/{trip}/cancel", 200);

        await watch.ToEndAsync();
        time.Within(SoonEnough, "the stream ended");
        await around.ToEndAsync();
        time.Within(SoonEnough, "the stream ended");
        Assert.Equal(("trip-canceled", "token-expired"), (watch.EndReason, around.EndReason));
        foreach (var node in _nodes)
        {
            Assert.Equal(HttpStatusCode.Gone, (await PollRider.GetAsync(node, $"/v1/trips/{trip}/live", token)).Status);
            await Eventually.IsSoAsync(async () => (await PollRider.GetAsync(node, Around, token)).Status == HttpStatusCode.Unauthorized);
        }

        await _desk.PostAsync("/v1/tokens", 410, $$"""{"role":"rider","sub":"r_1","trip":"{{trip}}","ttl":60}""");
        await _desk.PostAsync($"/v1/trips/{trip}/share", 410, """{"ttl":60}""");
        await _desk.PostAsync("/v1/tokens", 404, """{"role":"rider","sub":"r_1","trip":"t_none","ttl":60}""");
    }

    private async Task<string> LiveTripAsync()
    {
        var trip = await _desk.AssignedTripAsync("d-1");
        foreach (var node in _nodes)
        {
            await Eventually.IsSoAsync(async () =>
                (await PollRider.GetAsync(node, $"/v1/trips/{trip}/live", TestTokens.Dispatcher())).Body.Contains("enroute-to-pickup", StringComparison.Ordinal));
        }

        return trip;
    }

    private async Task<(string Token, string Jti)> TokenAsync(string role, string subject, string? trip = null)
    {
        var answer = await _desk.PostAsync("/v1/tokens", 200, JsonSerializer.Serialize(new { role, sub = subject, trip, ttl = 600 }));
        return (answer.Word("token"), answer.Word("jti"));
    }

    private async Task<Rider> OpenAsync(RiderStrategy strategy, TrackingNode node, string path, string token)
    {
        var rider = await Rider.OpenAsync(strategy, node, path, token);
        _open.Add(rider);
        Assert.NotNull(await rider.NextJsonAsync());
        return rider;
    }
}
