using System.Net;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub.Listening;
using StackExchange.Redis;

namespace RideTracker.Tracking.Hub;

/// <summary>The node's connection to Redis: opens it, keeps it, checks that all nodes agree on what is stored in the hub.</summary>
public sealed partial class HubLink : IHubScripts, IRevocationHub, IHostedService, IAsyncDisposable
{
    private readonly HubOptions _options;
    private readonly ILogger<HubLink> _log;
    private readonly IHostApplicationLifetime? _lifetime;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private ConnectionMultiplexer? _redis;
    private HubListener? _listener;

    public HubLink(IOptions<HubOptions> options, ILogger<HubLink> log, IHostApplicationLifetime? lifetime = null, TimeProvider? time = null)
    {
        _options = options.Value;
        Configuration = Configure(_options);
        _log = log;
        _lifetime = lifetime;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Raised after the connection came back: what was subscribed may have missed messages.</summary>
    public event Action? Restored;

    public int Partitions => _options.Partitions;

    /// <summary>Whether Redis answers now, and what it publishes is heard.</summary>
    public bool IsUp => Answers && _listener is { IsUp: true };

    /// <summary>Whether Redis answers now: enough to take reports.</summary>
    internal bool Answers => Volatile.Read(ref _greeted) == 1 && _redis is { IsConnected: true };

    /// <summary>Why it is not up, in words for the operator; null while it is.</summary>
    public string? Trouble => IsUp ? null : _listener?.Failure ?? _trouble ?? "it is being greeted";

    /// <summary>Opaque name of the hub's incarnation; changes when Redis restarted, failed over or lost its data. Readable while the link is down.</summary>
    public string Incarnation => _identity?.Name ?? "";

    /// <summary>Key of the hashes that riders see (viewport cursors, anonymous ids), the same on every node.</summary>
    /// <exception cref="HubUnavailableException">The hub was not reached yet.</exception>
    public byte[] Secret => _identity?.Secret ?? throw new HubUnavailableException("The hub was not reached yet.");

    public IDatabase Database => Redis.GetDatabase();

    /// <summary>How often the connection broke: other connections from before the last time are broken too, or soon will be.</summary>
    internal int Breaks => Volatile.Read(ref _breaks);

    /// <summary>How Redis is reached, for connections of our own.</summary>
    internal ConfigurationOptions Configuration { get; }

    /// <summary>Listens to the hub's channels.</summary>
    /// <exception cref="HubUnavailableException">The hub's connection is not open yet.</exception>
    public HubListener Listener => _listener ?? throw new HubUnavailableException("The hub's connection is not open yet.");

    private ConnectionMultiplexer Redis => _redis ?? throw new HubUnavailableException("The hub's connection is not open yet.");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var configuration = Configuration;
        _redis = await ConnectionMultiplexer.ConnectAsync(configuration);
        _redis.ConnectionFailed += (_, failed) =>
        {
            LogLost(failed.EndPoint?.ToString() ?? "?", failed.FailureType);
            // Without a replica all goes on.
            if (failed.ConnectionType == ConnectionType.Interactive && !IsReplica(failed.EndPoint)) Lose($"the connection to {failed.EndPoint} broke ({failed.FailureType})");
        };
        _redis.ConnectionRestored += (_, _) =>
        {
            if (Volatile.Read(ref _greeted) == 0) BeginGreeting();
        };
        _listener = new HubListener(configuration, Primaries, _options.Listeners > 0 ? _options.Listeners : Math.Clamp(Environment.ProcessorCount / 4, 1, 4), _time, _log);
        _listener.Restored += RaiseIfUp;
        await _listener.StartAsync();
        _ = WatchRolesAsync();
        if (_redis.IsConnected && await TryGreetAsync(cancellationToken))
        {
            EndGreeting();
            return;
        }

        LogNotReachable(Endpoints(configuration), Trouble ?? "");
        _ = GreetUntilUpAsync();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_listener is { } listener) await listener.DisposeAsync();
        if (_redis is { } redis) await redis.DisposeAsync();
    }

    /// <inheritdoc />
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async Task<long> RunAsync(HubScript script, string[] keys, string[] arguments, CancellationToken cancellationToken)
    {
        return (long)await HubRedis.EvaluateAsync(
            Database, script, Array.ConvertAll(keys, key => (RedisKey)key), Array.ConvertAll(arguments, value => (RedisValue)value), cancellationToken);
    }

    /// <summary>Listens to what the hub tells this driver's phone: its trip as JSON, or <c>null</c> at the trip's end.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async ValueTask<IDisposable> SubscribeControlAsync(DriverId driver, Action<ReadOnlyMemory<byte>> onTrip, CancellationToken cancellationToken) =>
        await Listener.SubscribeAsync(
            HubKeys.ControlChannel(HubKeys.Partition(driver, Partitions), driver), message => onTrip(message.ToArray()), cancellationToken);

    async ValueTask IRevocationHub.SubscribeAsync(string channel, Action<ReadOnlySpan<byte>> onMessage, CancellationToken cancellationToken) =>
        await Listener.SubscribeAsync(channel, message => onMessage(message), cancellationToken);

    /// <summary>The server that takes a key's writes now; null while none is known. Blocks where a Cluster has to be asked.</summary>
    internal EndPoint? FindServer(string key)
    {
        if (_redis is not { IsConnected: true } redis) return null;
        return redis.GetServers().Any(server => server.ServerType == ServerType.Cluster) ? redis.GetDatabase().IdentifyEndpoint(key, CommandFlags.DemandMaster) : Primaries().FirstOrDefault();
    }

    private static ConfigurationOptions Configure(HubOptions options)
    {
        var configuration = HubRedis.Configure(options.Redis, options.TimeoutMs, "ridetracker-tracking");
        // Only so that the library lets INFO pass, which names the run of each server.
        configuration.AllowAdmin = true;
        return configuration;
    }

    // The library knows which servers take writes, and notices a fail-over; on a Cluster there are several.
    private IReadOnlyList<EndPoint> Primaries()
    {
        // One server and nobody who could name another: it is that one, whatever it is just now.
        if (Configuration.EndPoints.Count == 1 && Configuration.ServiceName is null) return [Configuration.EndPoints[0]];
        return _redis is { } redis ? [.. redis.GetServers().Where(server => server.IsConnected && !server.IsReplica).Select(server => server.EndPoint)] : [];
    }

    private static string Endpoints(ConfigurationOptions configuration) => string.Join(", ", configuration.EndPoints.Select(end => end.ToString()));
}
