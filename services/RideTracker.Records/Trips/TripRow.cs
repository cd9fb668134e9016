using RideTracker.Protocol;
using RideTracker.Protocol.Trips;

namespace RideTracker.Records.Trips;

/// <summary>A trip as it is kept.</summary>
public sealed class TripRow
{
    /// <summary>See <see cref="TripIds"/>: ordered by time.</summary>
    public required string Id { get; set; }

    public TripStatus Status { get; set; }

    /// <summary>Counts the changes of status and driver, from 1. Two writers of the same version: the second one fails and begins again.</summary>
    public int Version { get; set; } = 1;

    public required string Rider { get; set; }

    /// <summary>Who drives it; stays after the end.</summary>
    public string? Driver { get; set; }

    /// <summary>Waits behind the driver's active trip; then its status is <see cref="TripStatus.EnrouteToPickup"/>.</summary>
    public bool Queued { get; set; }

    public double PickupLat { get; set; }

    public double PickupLng { get; set; }

    public string? PickupLabel { get; set; }

    public double DropoffLat { get; set; }

    public double DropoffLng { get; set; }

    public string? DropoffLabel { get; set; }

    /// <summary>What riders see of the driver, as it was at the assignment: the first name.</summary>
    public string? CardName { get; set; }

    public string? CardVehicle { get; set; }

    public string? CardPlate { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When the driver that it has took it, or got it queued.</summary>
    public DateTimeOffset? AssignedAt { get; set; }

    /// <summary>When it became the driver's active trip: what is seen of the driver from then on belongs to it.</summary>
    public DateTimeOffset? ActiveAt { get; set; }

    public DateTimeOffset? ArrivedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>When the car was seen at the drop-off.</summary>
    public DateTimeOffset? DropoffArrivedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Number of the newest planned way; rises over the legs. 0: there was none yet.</summary>
    public int RouteVersion { get; set; }

    /// <summary>The planned way to the next stop, as JSON [[lng,lat],...]; null if none is known for this leg.</summary>
    public string? RouteLine { get; set; }

    public double? RouteSeconds { get; set; }

    /// <summary>The way was given by an operator: it is not planned anew on this leg.</summary>
    public bool RouteGiven { get; set; }

    /// <summary>While queued: when the driver will be at the pickup (Unix ms), as reckoned.</summary>
    public long? EtaMs { get; set; }

    /// <summary>While queued: metres to drive until then.</summary>
    public double? EtaMeters { get; set; }

    public TripId TripId => TripId.Parse(Id);

    public DriverId? DriverId => Driver is null ? null : Protocol.DriverId.Parse(Driver);

    /// <summary>Its driver is with it now.</summary>
    public bool IsActive => Driver is not null && !Queued && !Status.IsOver();

    /// <summary>Where its car goes next.</summary>
    public Stop NextStop => Status == TripStatus.EnrouteToDropoff
        ? new Stop(DropoffLat, DropoffLng, DropoffLabel)
        : new Stop(PickupLat, PickupLng, PickupLabel);
}
