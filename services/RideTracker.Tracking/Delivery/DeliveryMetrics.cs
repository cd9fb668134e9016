using System.Diagnostics.Metrics;

namespace RideTracker.Tracking.Delivery;

/// <summary>Counts what riders get.</summary>
public sealed class DeliveryMetrics
{
    public const string MeterName = "RideTracker.Delivery";

    // Counted here and looked at when somebody asks: the library's own counter costs as much as encoding a state.
    private readonly long[] _states = new long[Strategies.Count];
    private readonly Counter<long> _unchanged;
    private readonly Counter<long> _replaced;
    private readonly Counter<long> _slow;
    private readonly UpDownCounter<long> _streams;

    public DeliveryMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter(
            "ridetracker.delivery.states",
            () => Enum.GetValues<Strategy>().Select(strategy => new Measurement<long>(Volatile.Read(ref _states[(int)strategy]), Tag(strategy))),
            "{state}",
            "States written to clients");
        _unchanged = meter.CreateCounter<long>("ridetracker.delivery.unchanged", "{answer}", "Polls answered with 304");
        _replaced = meter.CreateCounter<long>("ridetracker.delivery.replaced", "{state}", "States that a slow client skipped");
        _slow = meter.CreateCounter<long>("ridetracker.delivery.slow_closed", "{stream}", "Streams closed since the client took nothing");
        _streams = meter.CreateUpDownCounter<long>("ridetracker.delivery.streams", "{stream}", "Open streams and held polls");
    }

    public void Written(Strategy strategy) => Interlocked.Increment(ref _states[(int)strategy]);

    public void Unchanged(Strategy strategy) => _unchanged.Add(1, Tag(strategy));

    public void Replaced(long states)
    {
        if (states > 0) _replaced.Add(states);
    }

    public void SlowClosed() => _slow.Add(1);

    public void Opened(Strategy strategy) => _streams.Add(1, Tag(strategy));

    public void Closed(Strategy strategy) => _streams.Add(-1, Tag(strategy));

    private static KeyValuePair<string, object?> Tag(Strategy strategy) => new("strategy", strategy.ToWire());
}
