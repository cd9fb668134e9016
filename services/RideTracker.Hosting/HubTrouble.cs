using StackExchange.Redis;

namespace RideTracker.Hosting;

/// <summary>Tells trouble with Redis that passes from mistakes of ours.</summary>
public static class HubTrouble
{
    // Passes once the operator has given the right.
    private static readonly string[] NoRight = ["NOAUTH", "WRONGPASS", "NOPERM"];

    private static readonly string[] PassingErrors = ["LOADING", "READONLY", "OOM", "MISCONF", "CLUSTERDOWN", "MASTERDOWN", "BUSY", "TRYAGAIN", "NOREPLICAS", "MOVED", "ASK", .. NoRight];

    /// <summary>Whether an exception means that Redis is away, starting, failing over, out of memory or does not let us in.</summary>
    public static bool Is(Exception failure) => failure switch
    {
        RedisServerException server => Is(server.Message),
        RedisException or RedisTimeoutException or TimeoutException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>Whether an error that Redis answered is one that passes.</summary>
    public static bool Is(string error) => PassingErrors.Any(word => error.StartsWith(word, StringComparison.Ordinal));

    /// <summary>Whether an error that Redis answered means that it is a replica and takes no writes.</summary>
    public static bool IsRole(string error) => error.StartsWith("READONLY", StringComparison.Ordinal);
}
