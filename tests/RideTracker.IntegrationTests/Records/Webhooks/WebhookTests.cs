using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.IntegrationTests.Records.Trails;
using RideTracker.Protocol;
using RideTracker.Records.Database;
using RideTracker.Records.Events;

namespace RideTracker.IntegrationTests.Records.Webhooks;

/// <summary>Webhooks against real receivers: signed, tried again, given up after a day, replayed.</summary>
public class WebhookTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>
{
    private static readonly (string, object) AllowPrivate = ("Webhooks:AllowPrivate", true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Event_IsSentSigned_WithItsNumber_AndTheSecretIsShownOnce()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var node = await StartAsync(await postgres.CreateDatabaseAsync());
        using var staff = node.As(TestTokens.Dispatcher());
        await AppendAsync(node, "before");
        var made = await SetAsync(staff, "h", new { url = receiver.Url, kinds = new[] { "enter" } });
        var secret = made.GetProperty("secret").GetString()!;

        await AppendAsync(node, "f1");
        await AppendAsync(node, "not this", EventKinds.Exit);
        await AppendAsync(node, "f2");
        await TestQueue.UntilAsync(() => Task.FromResult(receiver.Got.Count >= 2));

        Assert.Equal(["f1", "f2"], receiver.Got.Select(got => got.Geofence).Order(StringComparer.Ordinal));
        Assert.All(receiver.Got, got =>
        {
            Assert.True(got.IsSignedWith(secret));
            Assert.Equal("enter", got.Headers["RideTracker-Event"]);
            Assert.True(long.Parse(got.Headers["RideTracker-Delivery"]) > 0);
            Assert.InRange(long.Parse(got.Headers["RideTracker-Timestamp"]), TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 600, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 60);
            Assert.Equal("application/json", got.Headers["Content-Type"]);
        });
        foreach (var path in new[] { "/v1/webhooks/h", "/v1/webhooks" }) Assert.DoesNotContain("secret", await staff.GetStringAsync(path, Cancel), StringComparison.Ordinal);
        // Changed without a secret it keeps the old one, and does not show it.
        Assert.False((await SetAsync(staff, "h", new { url = receiver.Url })).TryGetProperty("secret", out _));
    }

    [Fact]
    public async Task Failures_AreTriedAgainForADay_ThenDead_AndReplayed()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (_, _) => Task.FromResult(500);
        await using var node = await StartAsync(await postgres.CreateDatabaseAsync(), time);
        using var staff = node.As(TestTokens.Make("desk", "dispatcher", lifetime: TimeSpan.FromDays(7)));
        await SetAsync(staff, "h", new { url = receiver.Url });
        await AppendAsync(node, "f1");
        var begun = time.GetUtcNow();

        await TestQueue.UntilAsync(async () =>
        {
            if ((await DeliveriesAsync(staff, "dead")).Count == 1) return true;
            // In small steps while a try is due or under way, so that the time it has for its answer does not run out.
            var waits = (await DeliveriesAsync(staff, "pending")) is [var only] && only.GetProperty("next").GetInt64() > time.GetUtcNow().ToUnixTimeMilliseconds();
            time.Advance(waits ? TimeSpan.FromMinutes(5) : TimeSpan.FromMilliseconds(250));
            return false;
        });

        var dead = (await DeliveriesAsync(staff, "dead"))[0];
        Assert.Equal(500, LastStatus(dead));
        Assert.InRange(time.GetUtcNow() - begun, TimeSpan.FromHours(24), TimeSpan.FromHours(26));
        // Full jitter up to an hour: some 48 tries a day are to be expected, more at the beginning.
        Assert.InRange(dead.GetProperty("tries").GetInt32(), 15, 200);
        var got = receiver.Got.Count;
        Assert.InRange(got, 15, 200);
        Assert.Single(receiver.Got.Select(got => got.Headers["RideTracker-Delivery"]).Distinct());

        receiver.Answer = (_, _) => Task.FromResult(204);
        Assert.Equal(1, await ReplayAsync(staff, new { dead = true }));
        await UntilAsync(time, TimeSpan.FromSeconds(2), async () => (await DeliveriesAsync(staff, "delivered")).Count == 1);
        Assert.True(receiver.Got.Count > got);
        got = receiver.Got.Count;
        var number = dead.GetProperty("number").GetInt64();
        Assert.Equal(1, await ReplayAsync(staff, new { from = number, to = number }));
        await UntilAsync(time, TimeSpan.FromSeconds(2), () => Task.FromResult(receiver.Got.Count > got));
    }

    [Fact]
    public async Task ASlowReceiver_DelaysNoOther_AndIsTriedAgain()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = await Receiver.StartAsync();
        slow.Answer = async (_, context) =>
        {
            await hold.Task.WaitAsync(context.RequestAborted);
            return 200;
        };
        await using var quick = await Receiver.StartAsync();
        await using var node = await StartAsync(await postgres.CreateDatabaseAsync());
        using var staff = node.As(TestTokens.Dispatcher());
        await SetAsync(staff, "slow", new { url = slow.Url });
        await SetAsync(staff, "quick", new { url = quick.Url });

        for (var i = 0; i < 30; i++) await AppendAsync(node, $"f{i:00}");
        await TestQueue.UntilAsync(() => Task.FromResult(quick.Got.Count == 30 && !slow.Got.IsEmpty));

        // Four at once and no more wait for the slow one.
        Assert.InRange(slow.Got.Count, 1, 4);
        hold.SetResult();
        await TestQueue.UntilAsync(() => Task.FromResult(slow.Got.Select(got => got.Geofence).Distinct().Count() == 30));
    }

    [Fact]
    public async Task TwoRecords_SendEachEventOnce()
    {
        await using var receiver = await Receiver.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var one = await StartAsync(database);
        await using var two = await RecordsNode.StartAsync(redis.EndPoint, database, settings: [AllowPrivate]);
        using var staff = one.As(TestTokens.Dispatcher());
        await SetAsync(staff, "h", new { url = receiver.Url });

        for (var i = 0; i < 60; i++) await AppendAsync(i % 2 == 0 ? one : two, $"f{i:00}");
        await TestQueue.UntilAsync(async () => (await DeliveriesAsync(staff, "delivered")).Count == 60);

        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"f{i:00}"), receiver.Got.Select(got => got.Geofence).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ARecordsThatDiesWithADelivery_LeavesItToTheOther()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var receiver = await Receiver.StartAsync();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        receiver.Answer = async (count, context) =>
        {
            if (count > 1) return 200;
            first.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return 500;
        };
        var database = await postgres.CreateDatabaseAsync();
        var dying = await StartAsync(database, time);
        using var staff = dying.As(TestTokens.Dispatcher());
        await SetAsync(staff, "h", new { url = receiver.Url });
        await AppendAsync(dying, "f1");
        await first.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        await dying.DisposeAsync();

        await using var other = await RecordsNode.StartAsync(redis.EndPoint, database, time, AllowPrivate);
        await UntilAsync(time, TimeSpan.FromSeconds(1), () => Task.FromResult(receiver.Got.Count >= 2));

        Assert.All(receiver.Got, got => Assert.Equal("f1", got.Geofence));
    }

    [Fact]
    public async Task Redirects_AreNotFollowed()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (_, context) =>
        {
            context.Response.Headers.Location = "/elsewhere";
            return Task.FromResult(302);
        };
        await using var node = await StartAsync(await postgres.CreateDatabaseAsync());
        using var staff = node.As(TestTokens.Dispatcher());
        await SetAsync(staff, "h", new { url = receiver.Url });

        await AppendAsync(node, "f1");
        await TestQueue.UntilAsync(async () => (await DeliveriesAsync(staff, "pending")).Any(one => LastStatus(one) == 302));

        Assert.All(receiver.Got, got => Assert.Equal("/hook", got.Path));
    }

    [Theory]
    [InlineData("http://localhost:{0}/hook", false)]
    [InlineData("http://127.0.0.1:{0}/hook", true)]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/hook", true)]
    [InlineData("http://2130706433:{0}/hook", true)]
    [InlineData("http://169.254.169.254/latest", true)]
    [InlineData("http://[fd00::1]/", true)]
    public async Task PrivateAddresses_AreRefused_ByNameAtTheConnect(string url, bool refusedAtOnce)
    {
        await using var receiver = await Receiver.StartAsync();
        await redis.BeginAsync();
        await using var node = await RecordsNode.StartAsync(redis.EndPoint, await postgres.CreateDatabaseAsync());
        using var staff = node.As(TestTokens.Dispatcher());
        url = string.Format(System.Globalization.CultureInfo.InvariantCulture, url, new Uri(receiver.Url).Port);

        using var answer = await staff.PutAsJsonAsync("/v1/webhooks/h", new { url }, Cancel);

        Assert.Equal(refusedAtOnce ? HttpStatusCode.BadRequest : HttpStatusCode.Created, answer.StatusCode);
        if (!refusedAtOnce)
        {
            await AppendAsync(node, "f1");
            await TestQueue.UntilAsync(async () => (await DeliveriesAsync(staff, "pending")).Any(one => one.TryGetProperty("lastError", out var error) && error.GetString()!.Contains("private", StringComparison.Ordinal)));
        }

        Assert.Empty(receiver.Got);
    }

    [Theory]
    [InlineData("""{"url":"ftp://example.com"}""", "url")]
    [InlineData("""{}""", "url")]
    [InlineData("""{"url":"https://u:p@example.com"}""", "url")]
    [InlineData("""{"url":"https://example.com","kinds":["x"]}""", "kinds")]
    [InlineData("""{"url":"https://example.com","secret":"short"}""", "secret")]
    public async Task Webhook_ThatIsWrong_IsRefusedByItsMember(string body, string field)
    {
        await using var node = await StartAsync(await postgres.CreateDatabaseAsync());
        using var staff = node.As(TestTokens.Dispatcher());

        using var answer = await staff.PutAsync("/v1/webhooks/h", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(field, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnSqlite_EventsAreSentTheSame()
    {
        var folder = Directory.CreateTempSubdirectory("ridetracker-hooks-");
        try
        {
            await redis.BeginAsync();
            var file = $"Data Source={Path.Combine(folder.FullName, "records.db")};Pooling=false";
            await using (var db = new RecordsDb(RecordsDbDesign.Options(new DatabaseOptions { Engine = DatabaseEngine.Sqlite, ConnectionString = file }))) await db.Database.EnsureCreatedAsync(Cancel);
            await using var receiver = await Receiver.StartAsync();
            receiver.Answer = (count, _) => Task.FromResult(count == 1 ? 503 : 200);
            await using var node = await StartAsync(file, null, ("Database:Engine", "Sqlite"), ("Webhooks:RetryBaseSeconds", 1));
            using var staff = node.As(TestTokens.Dispatcher());
            var secret = (await SetAsync(staff, "h", new { url = receiver.Url })).GetProperty("secret").GetString()!;

            await AppendAsync(node, "f1");
            await TestQueue.UntilAsync(async () => (await DeliveriesAsync(staff, "delivered")).Count == 1);

            Assert.Equal(2, receiver.Got.Count);
            Assert.All(receiver.Got, got => Assert.True(got.IsSignedWith(secret)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<RecordsNode> StartAsync(string database, TimeProvider? time = null, params (string Key, object Value)[] settings)
    {
        await redis.BeginAsync();
        return await RecordsNode.StartAsync(redis.EndPoint, database, time, [AllowPrivate, .. settings]);
    }

    private static async Task UntilAsync(FakeTimeProvider time, TimeSpan step, Func<Task<bool>> holds)
    {
        await TestQueue.UntilAsync(async () =>
        {
            if (await holds()) return true;
            time.Advance(step);
            return false;
        });
    }

    private static async Task<JsonElement> SetAsync(HttpClient staff, string id, object body)
    {
        using var answer = await staff.PutAsJsonAsync($"/v1/webhooks/{id}", body, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }

    private static async Task<IReadOnlyList<JsonElement>> DeliveriesAsync(HttpClient staff, string state) =>
        [.. (await staff.GetFromJsonAsync<JsonElement>($"/v1/webhooks/h/deliveries?state={state}&limit=200", Cancel)).GetProperty("items").EnumerateArray()];

    private static int? LastStatus(JsonElement delivery) => delivery.TryGetProperty("lastStatus", out var status) ? status.GetInt32() : null;

    private static async Task<int> ReplayAsync(HttpClient staff, object body)
    {
        using var answer = await staff.PostAsJsonAsync("/v1/webhooks/h/replay", body, Cancel);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("queued").GetInt32();
    }

    private static async Task AppendAsync(RecordsNode node, string geofence, string kind = EventKinds.Enter)
    {
        await using var db = await node.Services.GetRequiredService<IDbContextFactory<RecordsDb>>().CreateDbContextAsync(Cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
        await node.Services.GetRequiredService<EventLog>().AppendAsync(db, new NewEvent(kind, DateTimeOffset.UnixEpoch.AddDays(20_000), null, DriverId.Parse("d1"), geofence, null), Cancel);
        await transaction.CommitAsync(Cancel);
    }
}
