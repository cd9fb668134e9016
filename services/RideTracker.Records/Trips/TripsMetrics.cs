using System.Diagnostics.Metrics;

namespace RideTracker.Records.Trips;

/// <summary>Counts what happens to trips by itself.</summary>
public sealed class TripsMetrics
{
    private readonly Counter<long> _arrivals;
    private readonly Counter<long> _malformed;
    private readonly Counter<long> _plans;
    private readonly Counter<long> _dropped;

    public TripsMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("RideTracker.Records.Trips");
        _arrivals = meter.CreateCounter<long>("ridetracker.trips.arrivals", "{arrival}", "Arrivals that moved a trip or were noted, seen by fixes.");
        _malformed = meter.CreateCounter<long>("ridetracker.trips.arrivals.malformed", "{element}", "Elements of the hub's arrivals that can't be read: passed over.");
        _plans = meter.CreateCounter<long>("ridetracker.trips.plans", "{plan}", "Ways planned, by what came of it.");
        _dropped = meter.CreateCounter<long>("ridetracker.trips.plans.dropped", "{wish}", "Wishes for a plan that found the queue full.");
    }

    public void Arrived(bool applied, bool malformed)
    {
        if (applied) _arrivals.Add(1);
        if (malformed) _malformed.Add(1);
    }

    public void Planned(PlanOutcome outcome) => _plans.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    public void Dropped() => _dropped.Add(1);
}

/// <summary>What came of a wish for a plan.</summary>
public enum PlanOutcome
{
    /// <summary>The trip has another way.</summary>
    Way,

    /// <summary>Only an estimate: nothing to draw.</summary>
    Estimate,

    /// <summary>Nothing to plan: the trip moved on, its way is the operator's, or nobody knows where the driver is.</summary>
    Nothing,

    /// <summary>The planner failed, or took too long.</summary>
    Failed,

    /// <summary>A queued trip has another time of arrival.</summary>
    Eta,
}
