using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Tracking.FanOut;

namespace RideTracker.Tracking.Delivery;

/// <summary>
/// All open streams and held polls of this node, and the one clock that they share: signs of life, deadlines, ends of tokens, clients that take
/// nothing, and the node's own going away. No task or timer per rider.
/// </summary>
public sealed partial class RiderStreams : BackgroundService
{
    private const int TickMs = 200;

    private readonly ConcurrentDictionary<RiderStream, byte> _streams = new();
    private readonly StreamClock _clock;
    private readonly List<RiderStream> _due = [];
    private readonly DeliveryOptions _options;
    private readonly DeliveryMetrics _metrics;
    private readonly Revocations _revocations;
    private readonly TripEnds _ends;
    private readonly TimeProvider _time;
    private readonly ILogger<RiderStreams> _log;
    // One for all streams.
    private readonly Func<long> _nextAliveMs;
    private int _count;
    private volatile bool _draining;
    private TimeSpan _drainTime;

    public RiderStreams(
        IOptions<DeliveryOptions> options, DeliveryMetrics metrics, Revocations revocations, TripEnds ends, TimeProvider time, ILogger<RiderStreams> log)
    {
        _options = options.Value;
        _metrics = metrics;
        _revocations = revocations;
        _ends = ends;
        _time = time;
        _log = log;
        _nextAliveMs = NextAliveMs;
        _clock = new StreamClock(NowMs, TickMs);
        revocations.Revoked += OnRevoked;
        ends.Ended += OnEnded;
    }

    public bool Draining => _draining;

    /// <summary>Open streams and held polls.</summary>
    internal int Count => Volatile.Read(ref _count);

    public long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A delay for a client whose stream will break: spread, so that not all come back at once.</summary>
    public int RetryMs => Random.Shared.Next(_options.RetryMs / 2, _options.RetryMs * 3 / 2 + 1);

    /// <summary>A delay within the time that this node takes to go away.</summary>
    public int DrainRetryMs => Random.Shared.Next(100, Math.Max(101, (int)_drainTime.TotalMilliseconds));

    /// <summary>Registers a stream; null if the node has as many as it may.</summary>
    public RiderStream? Open(HttpContext context, Strategy strategy, Caller caller)
    {
        if (Interlocked.Increment(ref _count) > _options.MaxStreams)
        {
            Interlocked.Decrement(ref _count);
            return null;
        }

        var stream = new RiderStream(strategy, caller, context.Abort, _nextAliveMs);
        if (strategy is Strategy.Sse or Strategy.WebSocket) stream.Postpone();
        _streams[stream] = 0;
        Schedule(stream);
        _metrics.Opened(strategy);
        // It may have been revoked, or the node begun to drain, while the stream was made.
        if (_revocations.IsRevoked(caller.Jti)) stream.Mailbox.Close(Goodbye.TokenRevoked);
        if (_draining) stream.Mailbox.Close(Goodbye.Drain(DrainRetryMs));
        return stream;
    }

    public void Close(RiderStream stream)
    {
        if (!_streams.TryRemove(stream, out _)) return;
        _clock.Remove(stream);
        Interlocked.Decrement(ref _count);
        _metrics.Closed(stream.Strategy);
        _metrics.Replaced(stream.Mailbox.Replaced);
    }

    /// <summary>Tells every stream to come back elsewhere, spread over the time that the node takes to go away, and waits until they are gone.</summary>
    public async Task DrainAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        _drainTime = time;
        _draining = true;
        LogDraining(_streams.Count);
        foreach (var (stream, _) in _streams) stream.Mailbox.Close(Goodbye.Drain(DrainRetryMs));
        while (!_streams.IsEmpty && !cancellationToken.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromMilliseconds(20), _time, CancellationToken.None);
        // Those take nothing, so they were told nothing: the node does not wait for them any longer.
        foreach (var (stream, _) in _streams) stream.Cut();
    }

    public override void Dispose()
    {
        _revocations.Revoked -= OnRevoked;
        _ends.Ended -= OnEnded;
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(TickMs), _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) Sweep();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped();
        }
    }

    /// <summary>The stream's next look is due at another time than it was: its deadline was set, or a write waits for the client.</summary>
    public void Schedule(RiderStream stream) => _clock.Set(stream, NextLookMs(stream));

    private long NextLookMs(RiderStream stream)
    {
        var due = Math.Min(stream.AliveDueMs, Math.Min(stream.DeadlineMs, stream.ExpiresMs));
        return stream.WritingSinceMs is var since and > 0 ? Math.Min(due, since + _options.SlowSeconds * 1000L) : due;
    }

    private void Sweep()
    {
        var now = NowMs;
        _due.Clear();
        _clock.Advance(now, _due);
        foreach (var stream in _due)
        {
            // Further ahead than it can be: the system's clock was set back.
            if (now >= stream.AliveDueMs || (stream.AliveDueMs != long.MaxValue && stream.AliveDueMs - now > _options.AliveSeconds * 1000L))
            {
                stream.Postpone();
                stream.Mailbox.OfferAlive();
            }

            if (now >= stream.ExpiresMs) stream.Mailbox.Close(Goodbye.TokenExpired);
            if (now >= stream.DeadlineMs) stream.Mailbox.Close(Goodbye.Deadline);
            if (stream.WritingSinceMs is var since and > 0 && now - since > _options.SlowSeconds * 1000L && !stream.TooSlow)
            {
                _metrics.SlowClosed();
                stream.AbortSlow();
            }

            Schedule(stream);
        }
    }

    private long NextAliveMs() => NowMs + _options.AliveSeconds * 1000L;

    private void OnRevoked(string jti)
    {
        foreach (var (stream, _) in _streams)
            if (stream.Jti == jti) stream.Mailbox.Close(Goodbye.TokenRevoked);
    }

    // A rider's token ends with its trip, wherever it is used: as if it expired then.
    private void OnEnded(IReadOnlySet<TripId> trips)
    {
        foreach (var (stream, _) in _streams)
            if (stream.EndsWith is { } trip && trips.Contains(trip)) stream.Mailbox.Close(Goodbye.TokenExpired);
    }

    [LoggerMessage(401, LogLevel.Information, "Draining {Streams} rider streams")]
    private partial void LogDraining(int streams);

    [LoggerMessage(402, LogLevel.Debug, "Stream clock stopped")]
    private partial void LogStopped();
}
