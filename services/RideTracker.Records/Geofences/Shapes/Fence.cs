namespace RideTracker.Records.Geofences.Shapes;

/// <summary>A geofence as crossings are looked for.</summary>
/// <param name="Id">Its name in URLs.</param>
/// <param name="Version">The version of the set of all geofences at which it became what it is.</param>
/// <param name="Name">What people call it.</param>
/// <param name="DwellSeconds">How long a driver must stay inside for a dwell event; null for none.</param>
/// <param name="Shape">Its area.</param>
public sealed record Fence(string Id, long Version, string? Name, int? DwellSeconds, FenceShape Shape);
