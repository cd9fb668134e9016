using System.Net;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Hub;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub;
using StackExchange.Redis;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>What <c>Hub:Redis</c> says of database, name and password holds for the library and for both of our own connections (docs/adr/0005).</summary>
public sealed class RedisSettingTests
{
    private const string Password = "s3cret-word";

    /// <summary>Nobody gets in without a name, and the nodes' name may do what docs/operations.md says and no more.</summary>
    private static readonly string[] Guarded =
        ["--user", "ridetracker", "on", $">{Password}", "~*", "&*", "+@all", "-@admin", "-@dangerous", "+info", "--user", "keeper", "on", ">keeper", "~*", "&*", "+@all", "--user", "default", "off"];

    /// <summary>So long a node tries to get in before it says that it can't; on a busy machine the refusal takes a while.</summary>
    private const int PatienceMs = 3_000;

    private const string Keeper = ",user=keeper,password=keeper";

    [Fact]
    public async Task DefaultDatabase_HasAllThatIsWritten_AndTheRiderSeesIt()
    {
        await using var redis = await RedisProcess.RequireAsync();
        await using var node = await TrackingNode.StartAsync($"{redis.EndPoint},defaultDatabase=3");

        await using var ride = await Ride.BeginAsync(node, HubOf(node));
        await ride.GoOnAsync();

        await using var test = await redis.ConnectAsync();
        Assert.Equal(0, await test.GetServers().Single().DatabaseSizeAsync(0));
        var third = test.GetDatabase(3);
        Assert.Equal(2, (await HubHistory.ReadAsync(third)).TimesOf(ride.Driver.Id).Count());
        Assert.True(await third.KeyExistsAsync(HubKeys.Slot(0, ride.Driver.Id)));
        await ride.EndAsync();
        Assert.Empty(node.Errors.All);
    }

    [Fact]
    public async Task NameAndPassword_AreOfBothConnections()
    {
        await using var redis = await RedisProcess.RequireAsync(Guarded);
        await using var node = await TrackingNode.StartAsync($"{redis.EndPoint},user=ridetracker,password={Password}");

        await using var ride = await Ride.BeginAsync(node, HubOf(node));
        await ride.GoOnAsync();

        await using var test = await redis.ConnectAsync(Keeper);
        var clients = await test.GetServers().Single().ClientListAsync();
        var users = clients.Select(client => client.Raw!.Split(' ').Single(word => word.StartsWith("user=", StringComparison.Ordinal))).ToHashSet();
        Assert.Equal(["user=keeper", "user=ridetracker"], users.Order());
        // The library's two, the listener's, and that of the reports.
        Assert.True(clients.Count(client => client.Raw!.Contains("user=ridetracker", StringComparison.Ordinal)) >= 3);
        await ride.EndAsync();
        Assert.Empty(node.Errors.All);
    }

    [Fact]
    public async Task PasswordWithoutAName_IsOfBothConnections()
    {
        await using var redis = await RedisProcess.RequireAsync("--requirepass", Password);
        await using var node = await TrackingNode.StartAsync($"{redis.EndPoint},password={Password}");

        await using var ride = await Ride.BeginAsync(node, HubOf(node));

        await ride.EndAsync();
        Assert.Empty(node.Errors.All);
    }

    [Fact]
    public async Task NameThatNeedsNoPassword_IsOfBothConnections()
    {
        await using var redis = await RedisProcess.RequireAsync("--user", "open", "on", "nopass", "~*", "&*", "+@all", "--user", "default", "off");
        await using var node = await TrackingNode.StartAsync($"{redis.EndPoint},user=open");

        await using var ride = await Ride.BeginAsync(node, HubOf(node));

        await ride.EndAsync();
        Assert.Empty(node.Errors.All);
    }

    [Theory]
    [InlineData("user=ridetracker,password=wrong", "WRONGPASS")]
    [InlineData("password=wrong", "WRONGPASS")]
    [InlineData("", "NOAUTH")]
    public async Task WrongPassword_KeepsTheNodeUnready_AndIsSaid(string credentials, string word)
    {
        await using var redis = await RedisProcess.RequireAsync(Guarded);
        await using var node = await TrackingNode.StartAsync(credentials.Length == 0 ? redis.EndPoint : $"{redis.EndPoint},{credentials}", ("Hub:TimeoutMs", PatienceMs));

        await IsUnreadyAsync(node, word);
        Assert.Contains(node.Errors.Warnings, line => line.Contains(word, StringComparison.Ordinal));
        Assert.DoesNotContain(node.Errors.Warnings, line => line.Contains("password=", StringComparison.Ordinal));
        Assert.Empty(node.Errors.All);
        await NothingIsTakenAsync(node);
    }

    [Theory]
    [InlineData("+@all", "", "channel")]
    [InlineData("+@read +@connection +@pubsub +info", "&*", "hset")]
    public async Task NameThatMayNotDoAll_KeepsTheNodeUnready_AndIsSaid(string commands, string channels, string word)
    {
        await using var redis = await RedisProcess.RequireAsync(
            ["--user", "weak", "on", ">weak", "~*", .. channels.Split(' ', StringSplitOptions.RemoveEmptyEntries), .. commands.Split(' '), "--user", "default", "off"]);
        await using var node = await TrackingNode.StartAsync($"{redis.EndPoint},user=weak,password=weak", ("Hub:TimeoutMs", PatienceMs));

        await IsUnreadyAsync(node, "NOPERM", word);
        Assert.Contains(node.Errors.Warnings, line => line.Contains("NOPERM", StringComparison.Ordinal));
        Assert.Empty(node.Errors.All);
    }

    private static HubLink HubOf(TrackingNode node) => node.Services.GetRequiredService<HubLink>();

    // Why, it tries again and again: what it last met is what it says.
    private static Task IsUnreadyAsync(TrackingNode node, params string[] words) => Eventually.IsSoAsync(async () =>
    {
        var health = await PollRider.GetAsync(node, "/health/ready", null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.Status);
        return words.All(word => health.Body.Contains(word, StringComparison.Ordinal));
    });

    private static async Task NothingIsTakenAsync(TrackingNode node)
    {
        using var request = new TestDriver("nobody").Request([TestDriver.FixAt(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds())]);
        using var response = await node.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }
}
