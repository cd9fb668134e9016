using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RideTracker.Hosting.Access;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Protocol;
using RideTracker.Records.Database;
using RideTracker.Records.Events;

namespace RideTracker.IntegrationTests.Records.Events;

/// <summary>The log of events over HTTP: pages and streams, on one and on two hosts.</summary>
public class EventFeedTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_764_000_000_123);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_GoOnWhereTheLastOneEnded_AlsoWithAFilter()
    {
        await using var node = await StartAsync(await postgres.CreateDatabaseAsync());
        for (var i = 0; i < 7; i++) await AppendAsync(node, i % 2 == 0 ? EventKinds.Enter : EventKinds.Exit, $"f{i}", trip: i < 4 ? "t_1" : null);
        using var staff = node.As(TestTokens.Dispatcher());

        List<string> names = [];
        for (var after = 0L; ;)
        {
            var page = await staff.GetFromJsonAsync<JsonElement>($"/v1/events?limit=2&after={after}", Cancel);
            names.AddRange(page.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("geofence").GetString()!));
            after = page.GetProperty("next").GetInt64();
            Assert.False(page.TryGetProperty("reset", out _));
            if (!page.GetProperty("more").GetBoolean()) break;
        }

        Assert.Equal(["f0", "f1", "f2", "f3", "f4", "f5", "f6"], names);
        var ofTrip = await staff.GetFromJsonAsync<JsonElement>("/v1/events?trip=t_1&kind=enter", Cancel);
        Assert.Equal(["f0", "f2"], ofTrip.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("geofence").GetString()));
        // What the filter leaves out is not gone through again.
        var next = ofTrip.GetProperty("next").GetInt64();
        await AppendAsync(node, EventKinds.Enter, "later", trip: "t_1");
        var later = await staff.GetFromJsonAsync<JsonElement>($"/v1/events?trip=t_1&kind=enter&after={next}", Cancel);
        Assert.Equal(["later"], later.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("geofence").GetString()));
    }

    [Theory]
    [InlineData("?after=x", "after")]
    [InlineData("?after=-1", "after")]
    [InlineData("?kind=enter,nonsense", "kind")]
    [InlineData("?limit=0", "limit")]
    [InlineData("?trip=%20", "trip")]
    public async Task Query_ThatIsWrong_IsRefusedByItsName(string query, string field)
    {
        await using var node = await StartAsync(await postgres.CreateDatabaseAsync());
        using var staff = node.As(TestTokens.Dispatcher());

        using var answer = await staff.GetAsync("/v1/events" + query, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(field, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_BrokenAgainAndAgain_OverTwoHosts_MissesAndRepeatsNothing()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var one = await StartAsync(database, settings: ("Events:TailEvents", 16));
        await using var two = await StartAsync(database);
        const int Count = 300;
        string? last;
        using (var first = await EventStream.OpenAsync(one, TestTokens.Dispatcher()))
        {
            // Connected before anything happened, it has its place all the same.
            Assert.Equal("alive", (await first.AnyAsync())!.Event);
            last = first.LastId;
        }

        var writing = Task.Run(
            async () =>
            {
                for (var i = 0; i < Count; i++) await AppendAsync(i % 2 == 0 ? one : two, EventKinds.Enter, i.ToString(CultureInfo.InvariantCulture));
            },
            Cancel);
        List<string> seen = [];
        for (var turn = 0; seen.Count < Count; turn++)
        {
            using var stream = await EventStream.OpenAsync(turn % 2 == 0 ? two : one, TestTokens.Dispatcher(), lastId: last);
            for (var i = 0; i < 17 && seen.Count < Count; i++)
            {
                var next = (await stream.NextAsync())!;
                using var e = JsonDocument.Parse(next.Data);
                Assert.Equal(next.Id, e.RootElement.GetProperty("number").GetInt64().ToString(CultureInfo.InvariantCulture));
                seen.Add(e.RootElement.GetProperty("geofence").GetString()!);
            }

            last = stream.LastId;
        }

        await writing;
        Assert.Equal(Enumerable.Range(0, Count).Select(i => i.ToString(CultureInfo.InvariantCulture)), seen);
    }

    [Fact]
    public async Task Stream_FromTheBeginningWithAFilter_GivesTheOldAndThenTheNew()
    {
        await using var node = await StartAsync(await postgres.CreateDatabaseAsync());
        await AppendAsync(node, EventKinds.Enter, "old");
        await AppendAsync(node, EventKinds.Exit, "not this");
        using var stream = await EventStream.OpenAsync(node, TestTokens.Dispatcher(), "?after=0&kind=enter");

        Assert.Contains("\"old\"", (await stream.NextAsync())!.Data, StringComparison.Ordinal);
        await AppendAsync(node, EventKinds.Exit, "nor this");
        await AppendAsync(node, EventKinds.Enter, "new");
        Assert.Contains("\"new\"", (await stream.NextAsync())!.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_OfARevokedToken_Ends()
    {
        await using var node = await StartAsync(await postgres.CreateDatabaseAsync());
        var minted = node.Services.GetRequiredService<TokenMinter>().Mint(Role.Dispatcher, "desk", null, TimeSpan.FromHours(1));
        using var stream = await EventStream.OpenAsync(node, minted.Token);
        Assert.Equal("alive", (await stream.AnyAsync())!.Event);

        await node.Services.GetRequiredService<RevocationList>().RevokeAsync(minted.Jti, minted.ExpiresAt, Cancel);

        Assert.Equal(new SseEvent(null, "end", """{"reason":"token-revoked"}"""), await stream.NextAsync());
        Assert.Null(await stream.NextAsync());
    }

    [Fact]
    public async Task Stream_OfAnExpiredToken_Ends_AndSilenceIsFilled()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var node = await StartAsync(await postgres.CreateDatabaseAsync(), time);
        var minted = node.Services.GetRequiredService<TokenMinter>().Mint(Role.Dispatcher, "desk", null, TimeSpan.FromHours(1));
        using var stream = await EventStream.OpenAsync(node, minted.Token);
        Assert.Equal("alive", (await stream.AnyAsync())!.Event);

        var next = stream.AnyAsync();
        while (!next.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(next, Task.Delay(10, Cancel));
        }

        Assert.Equal("alive", (await next)!.Event);
        var end = stream.NextAsync();
        while (!end.IsCompleted)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.WhenAny(end, Task.Delay(10, Cancel));
        }

        Assert.Equal("""{"reason":"token-expired"}""", (await end)!.Data);
    }

    [Fact]
    public async Task Events_PastTheirTime_AreDeleted_AndAResumeFromBeforeSaysReset()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(31));
        await using var node = await StartAsync(await postgres.CreateDatabaseAsync(), time);
        for (var i = 0; i < 5; i++) await AppendAsync(node, EventKinds.Enter, $"old{i}");
        time.Advance(TimeSpan.FromDays(31));
        await AppendAsync(node, EventKinds.Enter, "kept");
        await node.ForgetAsync();
        using var staff = node.As(TestTokens.Dispatcher());

        var page = await staff.GetFromJsonAsync<JsonElement>("/v1/events?after=2", Cancel);
        Assert.True(page.GetProperty("reset").GetBoolean());
        Assert.Equal("kept", page.GetProperty("items")[0].GetProperty("geofence").GetString());
        using var stream = await EventStream.OpenAsync(node, TestTokens.Dispatcher(), lastId: "2");
        var reset = (await stream.NextAsync())!;
        Assert.Equal("reset", reset.Event);
        Assert.Contains("kept", (await stream.NextAsync())!.Data, StringComparison.Ordinal);
        // Its number still holds, and one that there never was does not.
        var newest = page.GetProperty("next").GetInt64();
        Assert.False((await staff.GetFromJsonAsync<JsonElement>($"/v1/events?after={newest}", Cancel)).TryGetProperty("reset", out _));
        Assert.True((await staff.GetFromJsonAsync<JsonElement>($"/v1/events?after={newest + 1000}", Cancel)).GetProperty("reset").GetBoolean());
    }

    [Fact]
    public async Task Streams_BeyondTheMost_AreToldToComeBack_WithStatus200()
    {
        await using var node = await StartAsync(await postgres.CreateDatabaseAsync(), settings: ("Events:MaxStreams", 1));
        using var first = await EventStream.OpenAsync(node, TestTokens.Dispatcher());
        Assert.Equal("alive", (await first.AnyAsync())!.Event);

        using var second = await EventStream.OpenAsync(node, TestTokens.Dispatcher());

        Assert.Null(await second.AnyAsync());
    }

    private async Task<RecordsNode> StartAsync(string database, TimeProvider? time = null, params (string Key, object Value)[] settings)
    {
        await redis.BeginAsync();
        return await RecordsNode.StartAsync(redis.EndPoint, database, time, settings);
    }

    private static async Task AppendAsync(RecordsNode node, string kind, string geofence, string? trip = null)
    {
        await using var db = await node.Services.GetRequiredService<IDbContextFactory<RecordsDb>>().CreateDbContextAsync(Cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
        await node.Services.GetRequiredService<EventLog>().AppendAsync(db, new NewEvent(kind, At, trip is null ? null : TripId.Parse(trip), DriverId.Parse("d1"), geofence, null), Cancel);
        await transaction.CommitAsync(Cancel);
    }
}
