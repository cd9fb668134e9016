using RideTracker.LoadTest.Generator;

namespace RideTracker.LoadTest.Scenarios;

/// <summary>Riders that drop and come back: drops them as fast as the loop can, opens them again, and notes when each has a current state.</summary>
internal sealed class Storm(Rider[] riders, SendLog log, long retryNs)
{
    private readonly long[] _droppedNs = new long[riders.Length];
    private readonly long[] _neededMs = new long[riders.Length];
    private readonly long[] _retryAtNs = new long[riders.Length];
    private readonly List<int> _away = [];
    private int _dropped;
    private long _beginNs;
    private long _dropEndNs;
    private long _lookNs;

    public int Back { get; private set; }

    public long Retries { get; private set; }

    /// <summary>From a rider's drop until it has a current state.</summary>
    public LatencyHistogram BackAfter { get; } = new();

    /// <summary>How long it took to drop them all.</summary>
    public double DropSeconds => (_dropEndNs - _beginNs) / (double)Clock.Second;

    /// <summary>To be called before each turn of the loop.</summary>
    /// <param name="most">Riders to drop now, at most.</param>
    public void Turn(long nowNs, int most)
    {
        if (_beginNs == 0) _beginNs = nowNs;
        for (var i = 0; i < most && _dropped < riders.Length; i++, _dropped++)
        {
            _droppedNs[_dropped] = Clock.Ns;
            _neededMs[_dropped] = log.Newest(riders[_dropped].Topic);
            riders[_dropped].Reopen();
            _away.Add(_dropped);
            if (_dropped == riders.Length - 1) _dropEndNs = Clock.Ns;
        }

        // To the millisecond: a look goes through all that are away.
        if (nowNs < _lookNs) return;
        _lookNs = nowNs + Clock.Millisecond;
        for (var i = _away.Count - 1; i >= 0; i--)
        {
            var number = _away[i];
            var rider = riders[number];
            if (rider.HasHeard && rider.LastStamp >= _neededMs[number])
            {
                BackAfter.Record(Clock.Ns - _droppedNs[number]);
                Back++;
                _away[i] = _away[^1];
                _away.RemoveAt(_away.Count - 1);
            }
            else if (!rider.IsOpen)
            {
                if (_retryAtNs[number] == 0)
                {
                    _retryAtNs[number] = nowNs + retryNs;
                }
                else if (nowNs >= _retryAtNs[number])
                {
                    _retryAtNs[number] = 0;
                    Retries++;
                    rider.Reopen();
                }
            }
        }
    }
}
