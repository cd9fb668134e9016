using RideTracker.Hosting;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Streets;
using RideTracker.Records.Hub;

namespace RideTracker.Records.Trips;

/// <summary>Reads where a driver is now, from the hub.</summary>
internal sealed class DriverPlaces(HubConnection hub)
{
    /// <summary>The place of the driver's newest fix; null if the hub has none, or is away.</summary>
    public async ValueTask<GeoPoint?> FindAsync(DriverId driver, CancellationToken cancellationToken)
    {
        try
        {
            var database = await hub.OpenAsync(cancellationToken);
            var text = (byte[]?)await database.HashGetAsync(HubKeys.Slot(HubKeys.Partition(driver, hub.Partitions), driver), "fix").WaitAsync(cancellationToken);
            ReadOnlySpan<byte> fixes = text;
            return FixText.TryRead(ref fixes, out var fix) ? new GeoPoint(fix.Latitude, fix.Longitude) : null;
        }
        catch (Exception failure) when (failure is HubUnavailableException || HubTrouble.Is(failure))
        {
            return null;
        }
    }
}
