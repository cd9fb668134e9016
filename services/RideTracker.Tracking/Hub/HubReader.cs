using RideTracker.Protocol;

namespace RideTracker.Tracking.Hub;

/// <summary>Reads drivers and trips from the hub.</summary>
public sealed class HubReader
{
    /// <summary>The driver's slot with its track's end, or null if it has none.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public ValueTask<DriverSlot?> ReadDriverAsync(DriverId driver, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{driver} {cancellationToken}");
}

/// <summary>The hub can't be reached now; it will pass.</summary>
public sealed class HubUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
