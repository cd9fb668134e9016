using System.Diagnostics.Metrics;

namespace RideTracker.Tracking.Presence;

/// <summary>Counts drivers that this node turned stale or gone.</summary>
public sealed class PresenceMetrics
{
    public const string MeterName = "RideTracker.Presence";

    private readonly Counter<long> _stale;
    private readonly Counter<long> _gone;

    public PresenceMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _stale = meter.CreateCounter<long>("ridetracker.presence.stale", "{driver}", "Drivers turned stale");
        _gone = meter.CreateCounter<long>("ridetracker.presence.gone", "{driver}", "Drivers taken out of the geo index");
    }

    public void Stale() => _stale.Add(1);

    public void Gone() => _gone.Add(1);
}
