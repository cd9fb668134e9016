using System.Diagnostics.Metrics;

namespace RideTracker.Records.Outbox;

/// <summary>Counts what goes to the hub.</summary>
public sealed class OutboxMetrics
{
    private readonly Counter<long> _projected;
    private readonly Counter<long> _failed;
    private readonly Histogram<double> _delay;

    public OutboxMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("RideTracker.Records.Outbox");
        _projected = meter.CreateCounter<long>("ridetracker.outbox.projected", "{row}", "Changes that the hub was told.");
        _failed = meter.CreateCounter<long>("ridetracker.outbox.failed", "{row}", "Changes that could not be told although the hub answers: tried again, see the log.");
        _delay = meter.CreateHistogram<double>("ridetracker.outbox.delay", "s", "From a change to the hub's knowing it.");
    }

    public void Projected(string kind, double delaySeconds)
    {
        _projected.Add(1, new KeyValuePair<string, object?>("kind", kind));
        _delay.Record(Math.Max(0, delaySeconds));
    }

    public void Failed(string kind) => _failed.Add(1, new KeyValuePair<string, object?>("kind", kind));
}
