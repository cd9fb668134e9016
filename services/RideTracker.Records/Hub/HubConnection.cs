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
    private Task<ConnectionMultiplexer>? _connecting;
    private ConnectionMultiplexer? _redis;
    private volatile bool _agreed;

    public int Partitions => options.Value.Partitions;

    /// <summary>Whether Redis answers now.</summary>
    public bool IsUp => _agreed && _redis is { IsConnected: true };

    /// <inheritdoc />
    public IDatabase Database => (_redis ?? throw new HubUnavailableException("The hub's connection is not open yet.")).GetDatabase();

    /// <summary>The hub's database, once it is reached and known to be begun with the same number of partitions.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached now.</exception>
    /// <exception cref="HubMismatchException">The hub has another number of partitions.</exception>
    public async ValueTask<IDatabase> OpenAsync(CancellationToken cancellationToken)
    {
        if (_agreed) return Database;
        await _opening.WaitAsync(cancellationToken);
        try
        {
            // Kept, also where this caller does not wait for its end: the next one has it.
            if (_connecting is null or { IsFaulted: true }) _connecting = ConnectionMultiplexer.ConnectAsync(HubRedis.Configure(options.Value.Redis, options.Value.TimeoutMs, "ridetracker-records"));
            _redis ??= await _connecting.WaitAsync(cancellationToken);
            var database = Database;
            if (!_agreed) await HubRedis.JoinAsync(database, options.Value.Redis, Partitions, cancellationToken);
            _agreed = true;
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
    public async Task<long> RunAsync(HubScript script, string[] keys, string[] arguments, CancellationToken cancellationToken) =>
        (long)await EvaluateAsync(script, Array.ConvertAll(keys, key => (RedisKey)key), Array.ConvertAll(arguments, value => (RedisValue)value), cancellationToken);

    /// <summary>Runs a script whose answer is more than a number, or whose arguments are more than text.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached; it may have run all the same.</exception>
    public async Task<RedisResult> EvaluateAsync(HubScript script, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancellationToken) =>
        await HubRedis.EvaluateAsync(await OpenAsync(cancellationToken), script, keys, arguments, cancellationToken);

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
        if (_connecting is { IsFaulted: false } connecting) await (await connecting).DisposeAsync();
        _opening.Dispose();
    }
}
