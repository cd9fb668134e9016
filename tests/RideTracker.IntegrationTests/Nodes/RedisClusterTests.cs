using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Hub;
using RideTracker.Tracking.Hub;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>A Redis Cluster of one node that has all slots: keys of one call share a slot, and both of our own connections find their server.</summary>
public sealed class RedisClusterTests
{
    private const int Partitions = 4;

    [Fact]
    public async Task ClusterOfOne_CarriesARide_FromTheFirstFixToTheEnd()
    {
        await using var redis = await RedisProcess.RequireAsync(
            "--cluster-enabled", "yes", "--cluster-port", FreePort.Next().ToString(CultureInfo.InvariantCulture), "--cluster-announce-ip", "127.0.0.1");
        await using var test = await redis.ConnectAsync();
        var server = test.GetServers().Single();
        await server.ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", 0, 16_383);
        await Eventually.IsSoAsync(async () => (await server.ExecuteAsync("CLUSTER", "INFO")).ToString().Contains("cluster_state:ok", StringComparison.Ordinal));
        await using var node = await TrackingNode.StartAsync(redis.EndPoint, ("Hub:Partitions", Partitions));
        var hub = node.Services.GetRequiredService<HubLink>();

        // Drivers of all partitions.
        for (var i = 0; i < 2 * Partitions; i++)
        {
            await using var ride = await Ride.BeginAsync(node, hub);
            var last = await ride.GoOnAsync();
            using (var ack = await ride.Driver.TryReportAsync(node, last)) Assert.Equal(1, ack.RootElement.GetProperty("duplicates").GetInt32());
            await ride.EndAsync();
        }

        using var seen = JsonDocument.Parse((await PollRider.GetAsync(node, "/v1/vehicles/live?bbox=-122.5,37.7,-122.3,37.9", TestTokens.Dispatcher())).Body);
        Assert.Equal(2 * Partitions, seen.RootElement.GetProperty("vehicles").GetArrayLength());
        Assert.Equal(4 * Partitions, (await HubHistory.ReadAsync(test.GetDatabase(), Partitions)).Fixes.Count);
        await Eventually.IsSoAsync(async () => (await PollRider.GetAsync(node, "/v1/nodes", TestTokens.Dispatcher())) is { Status: HttpStatusCode.OK } nodes
            && JsonDocument.Parse(nodes.Body).RootElement.GetProperty("nodes").GetArrayLength() == 1);
        Assert.Equal(HttpStatusCode.OK, (await PollRider.GetAsync(node, "/health/ready", null)).Status);
        Assert.Empty(node.Errors.All);
    }
}
