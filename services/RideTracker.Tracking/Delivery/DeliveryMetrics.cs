using System.Diagnostics.Metrics;

namespace RideTracker.Tracking.Delivery;

/// <summary>Counts what riders get.</summary>
public sealed class DeliveryMetrics
{
    public const string MeterName = "RideTracker.Delivery";

    // Counted here and looked at when somebody asks: the library's own counter costs as much as encoding a state.
    private readonly long[] _states = new long[Strategies.Count];
    private readonly long[] _unchanged = new long[Strategies.Count];
    private readonly long[] _open = new long[Strategies.Count];
    private readonly Counter<long> _replaced;
    private readonly Counter<long> _slow;

    public DeliveryMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter("ridetracker.delivery.states", () => Measure(_states), "{state}", "States written to clients");
        meter.CreateObservableCounter("ridetracker.delivery.unchanged", () => Measure(_unchanged), "{answer}", "Polls answered with 304");
        _replaced = meter.CreateCounter<long>("ridetracker.delivery.replaced", "{state}", "States that a slow client skipped");
        _slow = meter.CreateCounter<long>("ridetracker.delivery.slow_closed", "{stream}", "Streams closed since the client took nothing");
        meter.CreateObservableUpDownCounter("ridetracker.delivery.streams", () => Measure(_open), "{stream}", "Open streams and held polls");
    }

    /// <summary>States written so far.</summary>
    public long WrittenBy(Strategy strategy) => Volatile.Read(ref _states[(int)strategy]);

    /// <summary>Polls answered with 304 so far.</summary>
    public long UnchangedBy(Strategy strategy) => Volatile.Read(ref _unchanged[(int)strategy]);

    /// <summary>Streams that are open and polls that are held now.</summary>
    public long OpenBy(Strategy strategy) => Volatile.Read(ref _open[(int)strategy]);

    public void Written(Strategy strategy) => Interlocked.Increment(ref _states[(int)strategy]);

    public void Unchanged(Strategy strategy) => Interlocked.Increment(ref _unchanged[(int)strategy]);

    public void Replaced(long states)
    {
        if (states > 0) _replaced.Add(states);
    }

    public void SlowClosed() => _slow.Add(1);

    public void Opened(Strategy strategy) => Interlocked.Increment(ref _open[(int)strategy]);

    public void Closed(Strategy strategy) => Interlocked.Decrement(ref _open[(int)strategy]);

    private static IEnumerable<Measurement<long>> Measure(long[] byStrategy) =>
        Enum.GetValues<Strategy>().Select(strategy => new Measurement<long>(Volatile.Read(ref byStrategy[(int)strategy]), new KeyValuePair<string, object?>("strategy", strategy.ToWire())));
}
