using System.Security.Cryptography;
using RideTracker.Protocol.Hub;
using StackExchange.Redis;

namespace RideTracker.Hosting;

/// <summary>What every host does alike with the hub's Redis: how it is reached, begun, and asked to run a script.</summary>
public static class HubRedis
{
    private const int MostConfigCheckSeconds = 5;

    /// <summary>How a host reaches Redis.</summary>
    /// <param name="redis">StackExchange.Redis configuration.</param>
    /// <param name="timeoutMs">How long a call may take, in milliseconds.</param>
    /// <param name="clientName">What the host is called in Redis's list of clients.</param>
    public static ConfigurationOptions Configure(string redis, int timeoutMs, string clientName)
    {
        var configuration = ConfigurationOptions.Parse(redis);
        configuration.AbortOnConnectFail = false;
        configuration.ClientName = clientName;
        configuration.ConnectTimeout = Math.Min(timeoutMs, 5_000);
        configuration.AsyncTimeout = timeoutMs;
        configuration.SyncTimeout = timeoutMs;
        // A command that can't be sent now fails now: whoever asked keeps what it has and tries again in its own time, and a rider's poll gets its 503 at once.
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        // How soon a fail-over is noticed that breaks no connection.
        configuration.ConfigCheckSeconds = Math.Min(configuration.ConfigCheckSeconds, MostConfigCheckSeconds);
        configuration.ReconnectRetryPolicy = new ExponentialRetry(200, 2_000);
        return configuration;
    }

    /// <summary>Begins the hub where nobody has, and makes sure that this host agrees with what is stored in it.</summary>
    /// <param name="database">The hub's.</param>
    /// <param name="redis">The setting <c>Hub:Redis</c>, for the error's words.</param>
    /// <param name="partitions">The setting <c>Hub:Partitions</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The name and the key that are stored in the hub, both in hex.</returns>
    /// <exception cref="HubMismatchException">The hub was begun with another number of partitions.</exception>
    public static async Task<(string Incarnation, string Secret)> JoinAsync(IDatabase database, string redis, int partitions, CancellationToken cancellationToken)
    {
        await database.HashSetAsync(HubKeys.Hub, "partitions", partitions, When.NotExists).WaitAsync(cancellationToken);
        await database.HashSetAsync(HubKeys.Hub, "incarnation", Convert.ToHexString(RandomNumberGenerator.GetBytes(8)), When.NotExists).WaitAsync(cancellationToken);
        await database.HashSetAsync(HubKeys.Hub, "secret", Convert.ToHexString(RandomNumberGenerator.GetBytes(32)), When.NotExists).WaitAsync(cancellationToken);
        var stored = await database.HashGetAsync(HubKeys.Hub, ["partitions", "incarnation", "secret"]).WaitAsync(cancellationToken);
        if ((int)stored[0] != partitions)
        {
            throw new HubMismatchException(
                $"Hub:Partitions is {partitions} here, but the hub at {redis.Split(',')[0]} was begun with {stored[0]}. Set it to {stored[0]}, or drain all nodes and begin a new hub.");
        }

        return ((string)stored[1]!, (string)stored[2]!);
    }

    /// <summary>Runs a script.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached; it may have run all the same.</exception>
    public static async Task<RedisResult> EvaluateAsync(IDatabase database, HubScript script, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await database.ScriptEvaluateAsync(script.Text, keys, arguments).WaitAsync(cancellationToken);
        }
        catch (Exception failure) when (HubTrouble.Is(failure))
        {
            throw new HubUnavailableException($"Script {script.Name} did not reach the hub: {failure.Message}", failure);
        }
    }
}

/// <summary>This host's settings contradict what the hub was begun with.</summary>
public sealed class HubMismatchException(string message) : Exception(message);
