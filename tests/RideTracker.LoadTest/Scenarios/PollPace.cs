using RideTracker.LoadTest.Generator;

namespace RideTracker.LoadTest.Scenarios;

/// <summary>Lets short pollers ask at their interval, spread evenly over it.</summary>
internal sealed class PollPace(Rider[] riders, TimeSpan interval)
{
    private readonly PollingRider[] _riders = interval > TimeSpan.Zero ? [.. riders.OfType<PollingRider>()] : [];
    private readonly double _stepNs = riders.Length > 0 ? interval.TotalSeconds * Clock.Second / riders.Length : 0;
    private double _nextNs;
    private int _turn;

    public void Begin(long nowNs) => _nextNs = nowNs;

    /// <summary>To be called before each turn of the loop.</summary>
    public void Turn(long nowNs)
    {
        if (_riders.Length == 0 || _nextNs == 0) return;
        for (; _nextNs <= nowNs; _nextNs += _stepNs)
        {
            _riders[_turn].TryPoll();
            if (++_turn == _riders.Length) _turn = 0;
        }
    }
}
