using System.Collections.Concurrent;
using RideTracker.Hosting.Access;
using RideTracker.Tracking.Hosting;

namespace RideTracker.Tracking.Ingest;

/// <summary>A phone's open connection, whichever its door.</summary>
internal interface IDriverConnection
{
    /// <summary>The token's name.</summary>
    string Jti { get; }

    /// <summary>Tells the phone to come back elsewhere after a delay, settles what is in flight, and closes.</summary>
    void Drain(TimeSpan reconnectAfter);

    /// <summary>Closes at once: the token was revoked.</summary>
    void Revoke();

    /// <summary>Ends the connection without a word.</summary>
    void Abort();

    /// <summary>Closes if its token has expired by now. Only for doors that nobody else watches.</summary>
    void CheckExpiry(DateTimeOffset now)
    {
    }
}

/// <summary>The node's open connections of drivers, so that they can be drained and revoked.</summary>
public sealed class IngestConnections : IDisposable
{
    // A connection ends within a second of its token's expiry: looks at all of them, ten ticks for each, cost less than a timer each.
    private static readonly TimeSpan LookTick = TimeSpan.FromMilliseconds(50);
    private const int LookPortions = 10;

    private readonly ConcurrentDictionary<IDriverConnection, bool> _open = new(ReferenceEqualityComparer.Instance);
    private readonly Revocations _revocations;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PortionedWalk<IDriverConnection, bool> _look;
    private readonly Lock _looking = new();
    private readonly ITimer _looks;
    private volatile bool _draining;

    public IngestConnections(Revocations revocations, TimeProvider time)
    {
        _revocations = revocations;
        _time = time;
        _look = new PortionedWalk<IDriverConnection, bool>(_open, LookPortions);
        _looks = time.CreateTimer(_ => Look(), null, LookTick, LookTick);
        revocations.Revoked += jti =>
        {
            foreach (var (connection, _) in _open)
            {
                if (connection.Jti == jti) connection.Revoke();
            }
        };
    }

    /// <summary>Open connections.</summary>
    public int Count => _open.Count;

    /// <summary>Whether drivers are sent elsewhere.</summary>
    public bool IsDraining => _draining;

    /// <summary>
    /// Sends all drivers elsewhere: takes no new connections, tells each open one to reconnect after a delay spread over the limit, settles what is in
    /// flight and closes. To be called before the host stops: SignalR cuts its connections as soon as that begins.
    /// </summary>
    /// <param name="limit">How long it may take; what is open then is cut.</param>
    public async Task DrainAsync(TimeSpan limit)
    {
        _draining = true;
        foreach (var (connection, _) in _open) connection.Drain(limit * Random.Shared.NextDouble());
        if (_open.IsEmpty) return;
        await Task.WhenAny(_empty.Task, Task.Delay(limit, _time));
        foreach (var (connection, _) in _open) connection.Abort();
    }

    internal void Add(IDriverConnection connection)
    {
        _open[connection] = true;
        // It may have come in between the check of its token, or the look at the drain, and here.
        if (_revocations.IsRevoked(connection.Jti)) connection.Revoke();
        if (_draining) connection.Drain(TimeSpan.FromSeconds(Random.Shared.NextDouble()));
    }

    public void Dispose() => _looks.Dispose();

    private void Look()
    {
        // A timer does not wait for its last call to end.
        if (!_looking.TryEnter()) return;
        try
        {
            var now = _time.GetUtcNow();
            _look.Next((connection, _) => connection.CheckExpiry(now));
        }
        finally
        {
            _looking.Exit();
        }
    }

    internal void Remove(IDriverConnection connection)
    {
        _open.TryRemove(connection, out _);
        if (_draining && _open.IsEmpty) _empty.TrySetResult();
    }
}
