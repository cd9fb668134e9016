using System.Diagnostics.Metrics;

namespace RideTracker.Tracking.FanOut;

/// <summary>Counts what fan-out publishes and reads.</summary>
public sealed class FanOutMetrics
{
    public const string MeterName = "RideTracker.FanOut";

    private readonly Counter<long> _reads;
    // Counted here and looked at when somebody asks: this is the hottest path.
    private long _states;
    private long _offers;
    private int _watched;
    private int _cells;

    public FanOutMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter("ridetracker.fanout.states", () => Volatile.Read(ref _states), "{state}", "States that were encoded for watchers");
        meter.CreateObservableCounter("ridetracker.fanout.offers", () => Volatile.Read(ref _offers), "{state}", "States that were offered to subscribers");
        _reads = meter.CreateCounter<long>("ridetracker.fanout.reads", "{read}", "Readings of watched trips and cells");
        meter.CreateObservableGauge("ridetracker.fanout.trips", () => _watched, "{trip}", "Trips watched on this node");
        meter.CreateObservableGauge("ridetracker.fanout.cells", () => _cells, "{cell}", "Cells watched on this node");
    }

    public void Published(int subscribers)
    {
        Interlocked.Increment(ref _states);
        Interlocked.Add(ref _offers, subscribers);
    }

    public void Read() => _reads.Add(1);

    public void Watched(int trips) => _watched = trips;

    public void WatchedCells(int cells) => _cells = cells;
}
