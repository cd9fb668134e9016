using System.Diagnostics;

namespace RideTracker.IntegrationTests;

/// <summary>
/// How long something takes, less the time in which this machine ran nothing of this process that was due. So a limit that the protocol names
/// is held exactly on a quiet machine, and says the same on one that is busy with other things.
/// </summary>
internal sealed class OwnTime : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(5);

    // What a timer is late on a machine with nothing else to do.
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(3);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly long _began = Stopwatch.GetTimestamp();
    private long _last = Stopwatch.GetTimestamp();
    private TimeSpan _late;

    private OwnTime() => _ = BeatAsync();

    /// <summary>Begins now.</summary>
    public static OwnTime Start() => new();

    /// <summary>Fails where more time than this has gone by.</summary>
    /// <param name="what">What had to have happened by now, such as "the stream ended".</param>
    public void Within(TimeSpan limit, string what)
    {
        TimeSpan all, late;
        lock (_lock)
        {
            all = Stopwatch.GetElapsedTime(_began);
            late = _late + LateNow();
        }

        Assert.True(all - late <= limit, FormattableString.Invariant($"{what} after {all.TotalSeconds:0.00} s, of which this process stood still for {late.TotalSeconds:0.00} s; {limit.TotalSeconds:0.##} s are the limit"));
    }

    public void Dispose() => _stop.Cancel();

    private TimeSpan LateNow() => Stopwatch.GetElapsedTime(_last) - Beat is var late && late > Usual ? late : TimeSpan.Zero;

    // On the pool, where the servers under test run, too.
    private async Task BeatAsync()
    {
        while (true)
        {
            await Task.Delay(Beat, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested) return;
            lock (_lock)
            {
                _late += LateNow();
                _last = Stopwatch.GetTimestamp();
            }
        }
    }
}
