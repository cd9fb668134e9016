using RideTracker.Protocol;
using RideTracker.Protocol.Trips;

namespace RideTracker.Tracking.Hub;

/// <summary>What a trip has without its driver, as the hub keeps it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Version">Counts its own changes.</param>
/// <param name="Driver">Who drives it, or will after the trip before it.</param>
/// <param name="Shared">Its own members of the rider's state, as the inside of a JSON object.</param>
public sealed record TripHead(TripId Id, TripStatus Status, int Version, DriverId? Driver, string Shared)
{
    /// <summary>Numbers its changes, on the same scale as slots.</summary>
    public required long Number { get; init; }

    public bool Over { get; init; }

    /// <summary>While queued: when the driver will come, if that is known.</summary>
    public QueuedEta? Eta { get; init; }

    /// <summary>When it ended (server's clock, Unix ms); 0 while it goes on.</summary>
    public long EndMs { get; init; }
}
