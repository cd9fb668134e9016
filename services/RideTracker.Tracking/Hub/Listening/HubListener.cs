using System.Net;
using RideTracker.Protocol.Hub;
using StackExchange.Redis;

namespace RideTracker.Tracking.Hub.Listening;

/// <summary>
/// Listens to what the hub publishes: a reader of our own, since each message of the client library hops to the thread pool, which costs twice what
/// the rest of the way to the rider does (docs/adr/0005). Everything else that is asked of Redis goes through <see cref="HubLink"/>'s library.
/// </summary>
public sealed class HubListener : IAsyncDisposable
{
    private readonly HubListenerConnection[] _connections;
    private readonly TimeSpan _timeout;

    /// <param name="configuration">How Redis is reached: end points, names, passwords, TLS.</param>
    /// <param name="primaries">The servers that take writes now; none while none is known.</param>
    /// <param name="connections">Connections that the channels are spread over: one thread each carries their messages to the riders.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where trouble is told.</param>
    internal HubListener(ConfigurationOptions configuration, Func<IReadOnlyList<EndPoint>> primaries, int connections, TimeProvider time, ILogger log)
    {
        _timeout = TimeSpan.FromMilliseconds(configuration.AsyncTimeout);
        _connections = new HubListenerConnection[connections];
        for (var i = 0; i < connections; i++) _connections[i] = new HubListenerConnection(configuration, primaries, RaiseRestored, time, log);
    }

    /// <summary>Raised when a connection is there, for the first time or again, and all is subscribed: until then messages were missed.</summary>
    public event Action? Restored;

    /// <summary>Whether everything that is published arrives here now.</summary>
    public bool IsUp => Array.TrueForAll(_connections, static connection => connection.IsUp);

    /// <summary>Why not, in words for the operator; null while it does, or was not tried yet.</summary>
    public string? Failure => Array.Find(_connections, static connection => !connection.IsUp)?.Failure;

    /// <summary>Begins to connect; waits for the first try of each connection, whether it succeeds or not.</summary>
    internal Task StartAsync() => Task.WhenAll(_connections.Select(connection => connection.StartAsync()));

    /// <summary>Listens to a channel; once this returns, whatever is published there is heard. Any number may listen to one channel.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async ValueTask<Subscription> SubscribeAsync(string channel, HubMessageHandler handler, CancellationToken cancellationToken)
    {
        var connection = _connections.Length == 1 ? _connections[0] : _connections[HubKeys.Spread(channel, _connections.Length)];
        var subscription = new Subscription(connection, channel, handler);
        try
        {
            await connection.AddAsync(channel, handler).WaitAsync(_timeout, cancellationToken);
            return subscription;
        }
        catch (TimeoutException late)
        {
            subscription.Dispose();
            throw new HubUnavailableException($"The hub did not confirm the subscription to {channel} within {_timeout.TotalMilliseconds} ms.", late);
        }
        catch
        {
            subscription.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections) await connection.DisposeAsync();
    }

    private void RaiseRestored() => Restored?.Invoke();
}
