using System.Diagnostics.Metrics;

namespace RideTracker.Tracking.Hub;

/// <summary>Counts what goes to the hub.</summary>
public sealed class HubMetrics
{
    public const string MeterName = "RideTracker.Hub";

    private readonly Counter<long> _calls;
    private readonly Counter<long> _reports;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _full;

    public HubMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _calls = meter.CreateCounter<long>("ridetracker.hub.calls", "{call}", "Script calls that took reports");
        _reports = meter.CreateCounter<long>("ridetracker.hub.reports", "{report}", "Reports that the hub answered");
        _failed = meter.CreateCounter<long>("ridetracker.hub.failed", "{report}", "Reports that did not reach the hub and stay unsettled");
        _full = meter.CreateCounter<long>("ridetracker.hub.history.full", "{call}", "Calls that found no room in the history queue");
    }

    public void Taken(int reports, bool full)
    {
        _calls.Add(1);
        _reports.Add(reports);
        if (full) _full.Add(1);
    }

    public void Failed(int reports) => _failed.Add(reports);
}
