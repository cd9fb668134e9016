using RideTracker.Hosting;
using RideTracker.Protocol.Hub;
using StackExchange.Redis;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>Runs the product's scripts over a test's own connection, beside a node in another process.</summary>
internal sealed class RedisScripts(IDatabase database) : IHubScripts
{
    public int Partitions => 1;

    public async Task<long> RunAsync(HubScript script, string[] keys, string[] arguments, CancellationToken cancellationToken) =>
        (long)await HubRedis.EvaluateAsync(
            database, script, Array.ConvertAll(keys, key => (RedisKey)key), Array.ConvertAll(arguments, value => (RedisValue)value), cancellationToken);
}
