using System.Diagnostics.Metrics;

namespace RideTracker.Records.Geofences;

/// <summary>What geofences count.</summary>
internal sealed class GeofencesMetrics
{
    private readonly Counter<long> _crossings;
    private readonly Counter<long> _leftOut;

    public GeofencesMetrics(IMeterFactory meters, FenceSet fences)
    {
        var meter = meters.Create("RideTracker.Geofences");
        _crossings = meter.CreateCounter<long>("ridetracker.geofences.crossings", "{crossing}", "Crossings and stays told, by kind; counted before the commit.");
        _leftOut = meter.CreateCounter<long>("ridetracker.geofences.left_out", "{fix}", "Fixes that were late or too inaccurate to be looked at.");
        meter.CreateObservableGauge("ridetracker.geofences.fences", () => fences.Count, "{geofence}", "Geofences that this host knows.");
    }

    public void Crossed(string kind) => _crossings.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void LeftOut() => _leftOut.Add(1);
}
