using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol.Hub;
using StackExchange.Redis;

namespace RideTracker.Records.Hub;

/// <summary>Records' own connection to Redis: opened at the first use, kept, and refused where the hub was begun with another number of partitions.</summary>
public sealed class HubConnection(IOptions<HubConnectionOptions> options) : IHubScripts, IRevocationHub, IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private ConnectionMultiplexer? _redis;
    private volatile bool _agreed;

    public int Partitions => options.Value.Partitions;

    /// <summary>Whether Redis answers now.</summary>
    public bool IsUp => _agreed && _redis is { IsConnected: true };

    /// <inheritdoc />
    public IDatabase Database => (_redis ?? throw new HubUnavailableException("The hub's connection is not open yet.")).GetDatabase();

    /// <summary>The hub's database, once it is reached and known to be begun with the same number of partitions.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached now.</exception>
    /// <exception cref="HubPartitionsException">The hub has another number of partitions.</exception>
    public async ValueTask<IDatabase> OpenAsync(CancellationToken cancellationToken)
    {
        if (_agreed) return Database;
        await _opening.WaitAsync(cancellationToken);
        try
        {
            _redis ??= await ConnectionMultiplexer.ConnectAsync(Configure(options.Value)).WaitAsync(cancellationToken);
            var database = Database;
            if (!_agreed)
            {
                // As the tracking nodes do: whoever comes first begins the hub.
                await database.HashSetAsync(HubKeys.Hub, "partitions", Partitions, When.NotExists).WaitAsync(cancellationToken);
                await database.HashSetAsync(HubKeys.Hub, "incarnation", Convert.ToHexString(RandomNumberGenerator.GetBytes(8)), When.NotExists).WaitAsync(cancellationToken);
                await database.HashSetAsync(HubKeys.Hub, "secret", Convert.ToHexString(RandomNumberGenerator.GetBytes(32)), When.NotExists).WaitAsync(cancellationToken);
                var stored = (int)await database.HashGetAsync(HubKeys.Hub, "partitions").WaitAsync(cancellationToken);
                if (stored != Partitions) throw new HubPartitionsException($"Hub:Partitions is {Partitions} here, but the hub was begun with {stored}. Set it to {stored}.");
                _agreed = true;
            }

            return database;
        }
        catch (Exception failure) when (HubTrouble.Is(failure))
        {
            throw new HubUnavailableException($"The hub can't be reached: {failure.Message}", failure);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <inheritdoc />
    public async Task<long> RunAsync(HubScript script, string[] keys, string[] arguments, CancellationToken cancellationToken)
    {
        var database = await OpenAsync(cancellationToken);
        try
        {
            return (long)await database.ScriptEvaluateAsync(script.Text, Array.ConvertAll(keys, key => (RedisKey)key), Array.ConvertAll(arguments, value => (RedisValue)value))
                .WaitAsync(cancellationToken);
        }
        catch (Exception failure) when (HubTrouble.Is(failure))
        {
            throw new HubUnavailableException($"Script {script.Name} did not reach the hub: {failure.Message}", failure);
        }
    }

    /// <inheritdoc />
    public async ValueTask SubscribeAsync(string channel, Action<ReadOnlySpan<byte>> onMessage, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        try
        {
            await _redis!.GetSubscriber().SubscribeAsync(RedisChannel.Literal(channel), (_, message) => onMessage(((ReadOnlyMemory<byte>)message).Span)).WaitAsync(cancellationToken);
        }
        catch (Exception failure) when (HubTrouble.Is(failure))
        {
            throw new HubUnavailableException($"The hub can't be reached: {failure.Message}", failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is { } redis) await redis.DisposeAsync();
        _opening.Dispose();
    }

    private static ConfigurationOptions Configure(HubConnectionOptions options)
    {
        var configuration = ConfigurationOptions.Parse(options.Redis);
        configuration.AbortOnConnectFail = false;
        configuration.ClientName = "ridetracker-records";
        configuration.ConnectTimeout = Math.Min(options.TimeoutMs, 5_000);
        configuration.AsyncTimeout = options.TimeoutMs;
        configuration.SyncTimeout = options.TimeoutMs;
        // What can't be sent now fails now: whoever asked tries again in its own time.
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.ReconnectRetryPolicy = new ExponentialRetry(200, 2_000);
        return configuration;
    }
}

/// <summary>The hub was begun with another number of partitions.</summary>
public sealed class HubPartitionsException(string message) : Exception(message);
