using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Hub;
using RideTracker.Tracking.Hub;
using StackExchange.Redis;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>The primary becomes a replica while it goes on answering: no connection breaks, and only what it says tells (docs/adr/0005).</summary>
public sealed class RedisRoleTests : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _open = [];
    private RedisProcess? _first;
    private RedisProcess? _second;
    private IServer? _firstServer;
    private IServer? _secondServer;

    private RedisProcess First => _first!;

    private RedisProcess Second => _second!;

    public async ValueTask InitializeAsync()
    {
        // A replica that was just told begins at once, not after the five seconds in which others might join.
        string[] settings = ["--repl-diskless-sync-delay", "0"];
        _open.Add(_first = await RedisProcess.RequireAsync(settings));
        _open.Add(_second = await RedisProcess.RequireAsync(settings));
        _firstServer = await ServerAsync(First);
        _secondServer = await ServerAsync(Second);
        await FollowAsync(_secondServer, First);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_open)) await one.DisposeAsync();
    }

    [Fact]
    public async Task PrimaryThatBecomesAReplica_SettlesNothing_AndGoesOnWhenItIsPrimaryAgain()
    {
        await using var node = await NodeAsync(First.EndPoint);
        await using var ride = await Ride.BeginAsync(node, HubOf(node));
        await SecondHasAllAsync();
        // The other does not hear of what comes now, and it is lost with the change of roles.
        await LeadAsync(_secondServer!);
        var lost = await ride.GoOnAsync();
        var nameBefore = ride.Phone.Hub;

        await FollowAsync(_firstServer!, Second);

        // Nobody reports now: the node finds out by itself.
        await HealthAsync(node, HttpStatusCode.ServiceUnavailable, "replica");
        Assert.Contains(node.Errors.Warnings, line => line.Contains("replica", StringComparison.Ordinal));
        var kept = await ride.SendAsync();
        var settling = ride.Phone.UntilSettledAsync(ride.Sent);
        using (var request = ride.Driver.Request([kept]))
        using (var refused = await node.Http.SendAsync(request, TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        Assert.False(settling.IsCompleted);

        await LeadAsync(_firstServer!);

        await settling;
        await ride.Rider.UntilAsync(view => view.Time == kept.Time && !view.Stale);
        await HealthAsync(node, HttpStatusCode.OK, "ready");
        // By this a phone knows to send again what was settled last.
        Assert.NotEqual(nameBefore, ride.Phone.Hub);
        await ride.Driver.TryReportAsync(node, lost);
        await using var redis = await First.ConnectAsync();
        var times = (await HubHistory.ReadAsync(redis.GetDatabase())).TimesOf(ride.Driver.Id).ToList();
        Assert.Contains(lost.Time, times);
        Assert.Contains(kept.Time, times);
        await ride.GoOnAsync();
        await ride.EndAsync();
        Assert.Empty(node.Errors.All);
    }

    [Fact]
    public async Task ReplicaThatTookOver_IsFound_WhereBothAreConfigured()
    {
        await using var node = await NodeAsync($"{First.EndPoint},{Second.EndPoint}");
        await using var ride = await Ride.BeginAsync(node, HubOf(node));
        var nameBefore = ride.Phone.Hub;
        await SecondHasAllAsync();

        await LeadAsync(_secondServer!);
        await FollowAsync(_firstServer!, Second);

        var first = await ride.GoOnAsync();
        // The node may have settled nothing before it knew the new primary, so it was told the new name.
        Assert.NotEqual(nameBefore, ride.Phone.Hub);
        await HealthAsync(node, HttpStatusCode.OK, "ready");
        await using (var redis = await Second.ConnectAsync())
            Assert.Contains(first.Time, (await HubHistory.ReadAsync(redis.GetDatabase())).TimesOf(ride.Driver.Id));

        // And the old one is needed no more.
        await First.KillAsync();
        await ride.GoOnAsync();
        await ride.EndAsync();
        Assert.Empty(node.Errors.All);
    }

    [Fact]
    public async Task PrimaryThatDies_IsReplacedByTheReplica_WhereBothAreConfigured()
    {
        await using var node = await NodeAsync($"{First.EndPoint},{Second.EndPoint}");
        await using var ride = await Ride.BeginAsync(node, HubOf(node));
        var nameBefore = ride.Phone.Hub;
        await SecondHasAllAsync();

        await First.KillAsync();
        await HealthAsync(node, HttpStatusCode.ServiceUnavailable, "not reachable");
        await LeadAsync(_secondServer!);

        await ride.GoOnAsync();
        Assert.NotEqual(nameBefore, ride.Phone.Hub);
        await HealthAsync(node, HttpStatusCode.OK, "ready");
        await ride.EndAsync();
        Assert.Empty(node.Errors.All);
    }

    [Fact]
    public async Task ReplicaThatDies_ChangesNothing()
    {
        await using var node = await NodeAsync($"{First.EndPoint},{Second.EndPoint}");
        await using var ride = await Ride.BeginAsync(node, HubOf(node));
        var nameBefore = ride.Phone.Hub;

        await Second.KillAsync();
        await Eventually.IsSoAsync(() => Task.FromResult(node.Errors.Warnings.Any(line => line.Contains("Lost the connection", StringComparison.Ordinal))));

        Assert.Equal(HttpStatusCode.OK, (await PollRider.GetAsync(node, "/health/ready", null)).Status);
        await ride.GoOnAsync();
        Assert.Equal(nameBefore, ride.Phone.Hub);
        await ride.EndAsync();
        Assert.Empty(node.Errors.All);
    }

    [Fact]
    public async Task RolesThatChangeThereAndBack_GiveTheHubANewName()
    {
        await using var node = await NodeAsync(First.EndPoint);
        var driver = new TestDriver("quick");
        var name = await NameAsync();

        await FollowAsync(_firstServer!, Second, whole: false);
        await LeadAsync(_firstServer!);

        await Eventually.IsSoAsync(async () => await NameAsync() is { } now && now != name);

        // Null while nothing is settled.
        async Task<string?> NameAsync()
        {
            using var request = driver.Request([TestDriver.FixAt(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds())]);
            using var response = await node.Http.SendAsync(request, TestContext.Current.CancellationToken);
            if (response.StatusCode != HttpStatusCode.OK) return null;
            using var ack = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            return ack.RootElement.GetProperty("hub").GetString();
        }
    }

    private static Task<TrackingNode> NodeAsync(string redis) => TrackingNode.StartAsync(redis, ("Hub:TimeoutMs", 2_000));

    private static HubLink HubOf(TrackingNode node) => node.Services.GetRequiredService<HubLink>();

    private static Task HealthAsync(TrackingNode node, HttpStatusCode status, string word) => Eventually.IsSoAsync(
        async () => await PollRider.GetAsync(node, "/health/ready", null) is var health && health.Status == status && health.Body.Contains(word, StringComparison.Ordinal));

    private static Task LeadAsync(IServer server) => server.ExecuteAsync("REPLICAOF", "NO", "ONE");

    /// <summary>Makes it a replica of another; waits until it has all of the other's data, unless only the role matters.</summary>
    private static async Task FollowAsync(IServer server, RedisProcess other, bool whole = true)
    {
        var end = other.EndPoint.Split(':');
        await server.ExecuteAsync("REPLICAOF", end[0], end[1]);
        if (!whole) return;
        await Eventually.IsSoAsync(async () =>
        {
            try
            {
                return (await server.ExecuteAsync("INFO", "replication")).ToString().Contains("master_link_status:up", StringComparison.Ordinal);
            }
            catch (RedisServerException loading) when (loading.Message.StartsWith("LOADING", StringComparison.Ordinal))
            {
                return false;
            }
        });
    }

    // Replicas are told behind the answer: what a test must find there again has to have arrived.
    private async Task SecondHasAllAsync()
    {
        var written = await OffsetAsync(_firstServer!, "master_repl_offset");
        await Eventually.IsSoAsync(async () => await OffsetAsync(_secondServer!, "slave_repl_offset") >= written);
    }

    private static async Task<long> OffsetAsync(IServer server, string name) =>
        long.Parse((await server.InfoAsync("replication")).SelectMany(group => group).Single(pair => pair.Key == name).Value, CultureInfo.InvariantCulture);

    private async Task<IServer> ServerAsync(RedisProcess redis)
    {
        // Which of the two is the primary is not this connection's concern: it speaks to one.
        var connection = await redis.ConnectAsync(",tiebreaker=,configChannel=");
        _open.Add(connection);
        return connection.GetServers().Single();
    }
}
