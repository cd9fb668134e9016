using RideTracker.Client;
using RideTracker.Fleet;
using RideTracker.Simulator.Traces;

namespace RideTracker.Simulator;

/// <summary>Sends recorded days as if they were now: each driver through a connection of its own, all from one start.</summary>
internal sealed class Replayer : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);
    private const long MostAhead = 8_000;

    private readonly IReadOnlyList<DriverDay> _days;
    private readonly DriverConnection[] _connections;
    private readonly double _speed;
    private readonly TimeProvider _time;
    private readonly long _total;
    private long _sent;

    /// <param name="speed">How many times faster than recorded, 1 or more.</param>
    /// <param name="connect">Makes the connection of a driver.</param>
    public Replayer(IReadOnlyList<DriverDay> days, double speed, Func<DriverDay, DriverConnection> connect, TimeProvider time)
    {
        _days = days;
        _speed = speed;
        _time = time;
        _connections = [.. days.Select(connect)];
        _total = days.Sum(d => (long)d.Points.Count);
    }

    public FleetCounters Counters => FleetCounters.Sum(_connections);

    /// <summary>Fixes whose turn has not come.</summary>
    public long NotSent => _total - Interlocked.Read(ref _sent);

    /// <summary>Share of the fixes whose turn has come, 0 to 1.</summary>
    public double Share => _total == 0 ? 1 : (double)Interlocked.Read(ref _sent) / _total;

    /// <summary>Connects all, and waits until the first is connected.</summary>
    /// <exception cref="SimulatorException">None is within the patience, or the token is refused.</exception>
    public async Task ConnectAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var connection in _connections)
        {
            connection.StateChanged += state =>
            {
                if (state == DriverConnectionState.Connected) connected.TrySetResult();
            };
            connection.Start();
        }

        var first = Task.WhenAny([connected.Task, .. _connections.Select(c => c.Completion)]);
        try
        {
            await (await first.WaitAsync(patience, _time, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new SimulatorException(ExitCodes.Unreachable, _connections.Select(c => c.LastError).FirstOrDefault(e => e is not null) ?? "The server does not answer.");
        }
    }

    /// <summary>Sends each fix at its moment; returns when the last is handed over.</summary>
    /// <exception cref="DriverRefusedException">The server refuses a driver's token.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var startMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var start = _time.GetTimestamp();
        var due = new PriorityQueue<(int Day, int Point), TimeSpan>();
        for (var day = 0; day < _days.Count; day++) due.Enqueue((day, 0), TimeSpan.Zero);
        var refused = Task.WhenAny(_connections.Select(c => c.Completion));
        while (due.TryPeek(out var next, out var at))
        {
            if (refused.IsCompleted) await (await refused.ConfigureAwait(false)).ConfigureAwait(false);
            var wait = at - _time.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait < Tick ? Tick : wait > TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait, _time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            var (day, point) = next;
            _connections[day].Report(_days[day].FixAt(point, startMs, _speed));
            Interlocked.Increment(ref _sent);
            if (point + 1 < _days[day].Points.Count) due.DequeueEnqueue((day, point + 1), _days[day].SendAt(point + 1, _speed));
            else due.Dequeue();
            // A buffer is for an outage, not for a replay that is faster than the server: let it be emptied.
            while (_connections[day].Buffered >= MostAhead && !refused.IsCompleted)
            {
                await Task.Delay(Tick, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits a bounded time until everything is settled.</summary>
    public async Task FlushAsync(TimeSpan patience)
    {
        using var timeout = new CancellationTokenSource(patience, _time);
        try
        {
            await Task.WhenAll(_connections.Select(c => c.FlushAsync(timeout.Token))).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The receipt says what is not settled.
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_connections.Select(c => c.DisposeAsync().AsTask())).ConfigureAwait(false);
}
