using System.Diagnostics.Metrics;

namespace RideTracker.Records.Routing;

/// <summary>Where a planned way comes from.</summary>
public enum PlanSource
{
    Osrm,
    Streets,
    Estimate,
}

/// <summary>How it went with the OSRM server.</summary>
public enum OsrmOutcome
{
    /// <summary>It planned a way.</summary>
    Ok,

    /// <summary>It knows no way, or no street near one of the places.</summary>
    NoRoute,

    /// <summary>It did not answer in time.</summary>
    Timeout,

    /// <summary>No connection, or one that broke.</summary>
    Unreachable,

    /// <summary>It answered with an error.</summary>
    Refused,

    /// <summary>Its answer is not OSRM's, or contradicts itself.</summary>
    Nonsense,

    /// <summary>Its answer is larger than any way.</summary>
    TooLarge,

    /// <summary>It was not asked, since it failed lately.</summary>
    Paused,
}

/// <summary>Counts planned ways by where they come from, and asks of the OSRM server by how they went.</summary>
public sealed class RoutingMetrics
{
    public const string MeterName = "RideTracker.Routing";

    private readonly Counter<long> _plans;
    private readonly Counter<long> _asks;
    private readonly Histogram<double> _seconds;

    public RoutingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _plans = meter.CreateCounter<long>("ridetracker.routing.plans", "{way}", "Ways that were planned, by source");
        _asks = meter.CreateCounter<long>("ridetracker.routing.osrm.asks", "{ask}", "Asks of the OSRM server, by outcome");
        _seconds = meter.CreateHistogram<double>("ridetracker.routing.osrm.duration", "s", "How long the OSRM server took, whatever the outcome");
    }

    public void Planned(PlanSource source) => _plans.Add(1, new KeyValuePair<string, object?>("source", source switch
    {
        PlanSource.Osrm => "osrm",
        PlanSource.Streets => "streets",
        _ => "estimate",
    }));

    public void Asked(OsrmOutcome outcome, TimeSpan took)
    {
        _asks.Add(1, new KeyValuePair<string, object?>("outcome", outcome switch
        {
            OsrmOutcome.Ok => "ok",
            OsrmOutcome.NoRoute => "no-route",
            OsrmOutcome.Timeout => "timeout",
            OsrmOutcome.Unreachable => "unreachable",
            OsrmOutcome.Refused => "refused",
            OsrmOutcome.Nonsense => "nonsense",
            OsrmOutcome.TooLarge => "too-large",
            _ => "paused",
        }));
        if (outcome != OsrmOutcome.Paused) _seconds.Record(took.TotalSeconds);
    }
}
