using System.Diagnostics.Metrics;

namespace RideTracker.Tracking.FanOut;

/// <summary>Counts what fan-out publishes and reads.</summary>
public sealed class FanOutMetrics
{
    public const string MeterName = "RideTracker.FanOut";

    private readonly Counter<long> _states;
    private readonly Counter<long> _offers;
    private readonly Counter<long> _reads;
    private int _watched;
    private int _cells;

    public FanOutMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _states = meter.CreateCounter<long>("ridetracker.fanout.states", "{state}", "States that were encoded for watchers");
        _offers = meter.CreateCounter<long>("ridetracker.fanout.offers", "{state}", "States that were offered to subscribers");
        _reads = meter.CreateCounter<long>("ridetracker.fanout.reads", "{read}", "Readings of watched trips and cells");
        meter.CreateObservableGauge("ridetracker.fanout.trips", () => _watched, "{trip}", "Trips watched on this node");
        meter.CreateObservableGauge("ridetracker.fanout.cells", () => _cells, "{cell}", "Cells watched on this node");
    }

    public void Published(int subscribers)
    {
        _states.Add(1);
        _offers.Add(subscribers);
    }

    public void Read() => _reads.Add(1);

    public void Watched(int trips) => _watched = trips;

    public void WatchedCells(int cells) => _cells = cells;
}
