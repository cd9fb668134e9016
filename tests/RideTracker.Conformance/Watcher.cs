using System.Collections.Concurrent;
using RideTracker.Client;

namespace RideTracker.Conformance;

/// <summary>The client library's rider, and all that it gave.</summary>
internal sealed class Watcher : IAsyncDisposable
{
    private readonly TimeSpan _patience;
    private readonly ConcurrentQueue<TripState> _all = new();
    private readonly IAsyncEnumerator<TripState> _states;

    public Watcher(RiderConnection<TripState> connection, TimeSpan patience)
    {
        Connection = connection;
        _patience = patience;
        connection.StateReceived += _all.Enqueue;
        _states = connection.GetAsyncEnumerator(TestContext.Current.CancellationToken);
    }

    public RiderConnection<TripState> Connection { get; }

    /// <summary>Every state so far, in order.</summary>
    public IReadOnlyList<TripState> All => [.. _all];

    /// <summary>Reads until a state shows the fix of this time.</summary>
    public Task<TripState> UntilShowsAsync(long timeMs) => UntilAsync(state => state.Vehicle?.FixTimeMs == timeMs, $"the fix of {timeMs}");

    /// <summary>Reads until a state is as wanted.</summary>
    public async Task<TripState> UntilAsync(Func<TripState, bool> wanted, string what)
    {
        using var patience = new CancellationTokenSource(_patience);
        while (true)
        {
            Assert.True(await NextAsync(patience.Token, what), $"the watch ended before {what} came: {Connection.LastError}");
            if (!wanted(_states.Current)) continue;
            // Events follow the enumeration at once, on a thread of their own.
            while (!_all.Any(one => one.Cursor == _states.Current.Cursor)) await Task.Yield();
            return _states.Current;
        }
    }

    /// <summary>Waits until the connection is live by this strategy.</summary>
    public async Task UntilLiveAsync(RiderStrategy strategy)
    {
        var live = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(RiderStatus status)
        {
            if (status.Phase == RiderPhase.Live && status.Strategy == strategy) live.TrySetResult();
        }

        Connection.StatusChanged += Look;
        Look(Connection.Status);
        try
        {
            await live.Task.WaitAsync(_patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"the client never got {strategy.ToWire()} to work: {Connection.Status}, {Connection.LastError}");
        }
        finally
        {
            Connection.StatusChanged -= Look;
        }
    }

    /// <summary>Nothing came twice, no time went back, no cursor was lost.</summary>
    public void CheckWhole()
    {
        var all = All;
        Assert.Equal(all.Count, all.Select(state => state.Cursor).Distinct().Count());
        Assert.DoesNotContain(all, state => state.Reset);
        var times = all.Where(state => state.Vehicle is not null).Select(state => state.Vehicle!.FixTimeMs).ToList();
        Assert.Equal(times.Order(), times);
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await _states.DisposeAsync();
    }

    private async Task<bool> NextAsync(CancellationToken patience, string what)
    {
        var next = _states.MoveNextAsync().AsTask();
        try
        {
            return await next.WaitAsync(patience);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // The read goes on until the connection is closed: its end is of no interest.
            var closing = Connection.DisposeAsync().AsTask();
            await Task.WhenAll(closing, next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.Fail($"{what} did not come within {_patience.TotalSeconds:0.#} s: {Connection.LastError ?? "no error"}");
            return false;
        }
    }
}
