using System.Diagnostics.Metrics;

namespace RideTracker.Tracking.Delivery.Seen;

/// <summary>Counts how old the pictures are that riders look at, by strategy.</summary>
public sealed class SeenMetrics
{
    private readonly Histogram<double> _age;
    private readonly Counter<long> _leftOut;

    public SeenMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(DeliveryMetrics.MeterName);
        _age = meter.CreateHistogram("ridetracker.seen.age", "s", "Age of what clients show, as they tell it, by strategy",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = SeenWindow.Bounds });
        _leftOut = meter.CreateCounter<long>("ridetracker.seen.left_out", "{report}", "Reports of what clients show that did not count, by reason");
    }

    public void Seen(Strategy strategy, double seconds) => _age.Record(seconds, new KeyValuePair<string, object?>("strategy", strategy.ToWire()));

    public void LeftOut(SeenRefusal reason) => _leftOut.Add(1, new KeyValuePair<string, object?>("reason", reason == SeenRefusal.TooOften ? "too-often" : "out-of-range"));
}

/// <summary>Why a report did not count.</summary>
public enum SeenRefusal
{
    /// <summary>Its token told more than its share.</summary>
    TooOften,

    /// <summary>It is no age.</summary>
    OutOfRange,
}
