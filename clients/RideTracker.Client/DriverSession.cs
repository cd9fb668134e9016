using System.Net.WebSockets;
using System.Text.Json;
using RideTracker.Client.Buffering;
using RideTracker.Client.Doors;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Client;

/// <summary>One open connection, from its first report to its end: keeps reports under way, and waits when told to.</summary>
internal sealed class DriverSession(DriverConnectionOptions options, FixBuffer buffer, AsyncSignal wake, TimeProvider time, Backoff failures, IDriverSessionOwner owner) : IDoorListener
{
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private int _underWay;
    private bool _isOver;
    private Exception? _cause;
    private TimeSpan _pausedUntil;
    private TimeSpan _settledAt;
    private TimeSpan? _reconnectAt;

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>Reports until the connection ends.</summary>
    /// <returns>Null when it was lost; otherwise how long to wait as a drain demands.</returns>
    /// <exception cref="DriverRefusedException">The server refused the token in mid-connection.</exception>
    public async Task<SessionEnd> RunAsync(IDriverDoor door, CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan? wait;
            lock (_lock)
            {
                if (_isOver) return new(_cause, _reconnectAt - Now);
                wait = WaitTime();
                if (_reconnectAt is { } at && (_underWay == 0 || Now >= at)) return new(null, at - Now);
                if (_underWay > 0 && Now - _settledAt >= options.SettleTimeout)
                {
                    return new(new TimeoutException($"Nothing was settled for {options.SettleTimeout.TotalSeconds:0} s."), null);
                }
            }

            if (TakeNext() is { } report)
            {
                owner.Sent(report.Fixes.Length);
                if (await TrySendAsync(door, report, cancellationToken).ConfigureAwait(false) is { } failure) Closed(failure);
                continue;
            }

            await WaitAsync(wait, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Settled(IReadOnlyList<FixReport> reports, Ack ack)
    {
        lock (_lock)
        {
            if (_isOver) return;
            _underWay -= reports.Count;
            _settledAt = Now;
        }

        failures.Reset();
        owner.Settled(reports, ack);
        wake.Set();
    }

    public void Failed(FixReport report, TimeSpan? retryAfter, string why)
    {
        lock (_lock)
        {
            if (_isOver) return;
            _underWay--;
            _settledAt = Now;
        }

        buffer.Return(report);
        Paused(retryAfter, why);
    }

    public void Paused(TimeSpan? retryAfter, string why)
    {
        lock (_lock)
        {
            if (_isOver) return;
            var until = Now + (retryAfter ?? failures.Next());
            if (until > _pausedUntil) _pausedUntil = until;
            // The server is at work on what it has, so patience begins anew.
            _settledAt = _pausedUntil > _settledAt ? _pausedUntil : _settledAt;
        }

        owner.Troubled(why);
        wake.Set();
    }

    public void Advised(Advice advice) => owner.Advised(advice);

    public void TripChanged(JsonElement? trip) => owner.TripChanged(trip);

    public void Draining(TimeSpan reconnectAfter)
    {
        lock (_lock) _reconnectAt ??= Now + reconnectAfter;
        wake.Set();
    }

    public void Closed(Exception? cause)
    {
        lock (_lock)
        {
            if (_isOver) return;
            _isOver = true;
            _cause = cause;
        }

        wake.Set();
    }

    private async ValueTask<Exception?> TrySendAsync(IDriverDoor door, FixReport report, CancellationToken cancellationToken)
    {
        try
        {
            var sending = door.SendAsync(report, cancellationToken);
            // A server that reads no further holds the send up: that may take as long as an Ack may.
            if (!sending.IsCompletedSuccessfully) await sending.AsTask().WaitAsync(options.SettleTimeout, time, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is WebSocketException or IOException or TimeoutException or InvalidOperationException)
        {
            return e;
        }
    }

    private FixReport? TakeNext()
    {
        lock (_lock)
        {
            if (_isOver || _reconnectAt is not null || _underWay >= options.UnsettledReports || Now < _pausedUntil) return null;
            // Fixes under way can't give way to newer ones, so they take half of the buffer at most.
            if (buffer.Take(Math.Min(options.ReportFixes, Math.Max(1, options.BufferFixes / 2 / options.UnsettledReports))) is not { } report) return null;
            if (_underWay++ == 0) _settledAt = Now;
            return report;
        }
    }

    // Until the next thing that time alone brings: the end of a pause, of a drain's delay, of patience.
    private TimeSpan? WaitTime()
    {
        TimeSpan? until = _underWay > 0 ? _settledAt + options.SettleTimeout : null;
        if (_pausedUntil > Now && (until is null || _pausedUntil < until)) until = _pausedUntil;
        if (_reconnectAt is { } at && (until is null || at < until)) until = at;
        return until - Now;
    }

    private async Task WaitAsync(TimeSpan? wait, CancellationToken cancellationToken)
    {
        var woken = wake.WaitAsync();
        if (woken.IsCompleted) return;
        try
        {
            if (wait is { } timeout) await woken.WaitAsync(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, time, cancellationToken).ConfigureAwait(false);
            else await woken.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Time for what WaitTime announced.
        }
    }
}

/// <summary>How a session ended.</summary>
/// <param name="Cause">What went wrong, if known.</param>
/// <param name="ReconnectAfter">When the server said so.</param>
internal readonly record struct SessionEnd(Exception? Cause, TimeSpan? ReconnectAfter);

/// <summary>What a session tells the connection that it belongs to.</summary>
internal interface IDriverSessionOwner
{
    void Sent(int fixes);

    void Settled(IReadOnlyList<FixReport> reports, Ack ack);

    void Troubled(string why);

    void Advised(Advice advice);

    void TripChanged(JsonElement? trip);
}
