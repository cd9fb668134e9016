using StackExchange.Redis;

namespace RideTracker.Hosting;

/// <summary>Tells trouble with Redis that passes from mistakes of ours.</summary>
public static class HubTrouble
{
    private static readonly string[] PassingErrors = ["LOADING", "READONLY", "OOM", "MISCONF", "CLUSTERDOWN", "MASTERDOWN", "BUSY", "TRYAGAIN", "NOREPLICAS", "MOVED", "ASK"];

    /// <summary>Whether an exception means that Redis is away, starting, failing over or out of memory.</summary>
    public static bool Is(Exception failure) => failure switch
    {
        RedisServerException server => Is(server.Message),
        RedisException or RedisTimeoutException or TimeoutException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>Whether an error that Redis answered is one that passes.</summary>
    public static bool Is(string error) => PassingErrors.Any(word => error.StartsWith(word, StringComparison.Ordinal));
}
