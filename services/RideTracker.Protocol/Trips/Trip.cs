using System.Text.Json.Serialization;

namespace RideTracker.Protocol.Trips;

/// <summary>A place where the trip stops.</summary>
/// <param name="Latitude">Degrees WGS 84.</param>
/// <param name="Longitude">Degrees WGS 84.</param>
/// <param name="Label">What people call it, if known.</param>
public sealed record Stop(
    [property: JsonPropertyName("lat")] double Latitude,
    [property: JsonPropertyName("lng")] double Longitude,
    string? Label = null);

/// <summary>What a rider may know of the driver.</summary>
public sealed record DriverCard(string Name, string? Vehicle, string? Plate);

/// <summary>The planned way to the next stop.</summary>
/// <param name="Version">Its number in the trip, from 1; rises when the way changes.</param>
/// <param name="Line">[longitude, latitude] pairs, two at least.</param>
/// <param name="Seconds">How long it takes from end to end, without stops.</param>
public sealed record TripRoute(int Version, IReadOnlyList<(double Lng, double Lat)> Line, double Seconds);

/// <summary>When a queued trip's driver will be at its pickup, as its owner reckons it.</summary>
/// <param name="ArrivesAtMs">Unix time in milliseconds. Nodes show what is left of it, never less than nothing.</param>
/// <param name="DistanceMeters">Metres to drive until then, the rest of the trip before it included; 0 or more.</param>
public sealed record QueuedEta(long ArrivesAtMs, double DistanceMeters);

/// <summary>A trip as tracking must know it, whole.</summary>
public sealed record Trip(TripId Id, TripStatus Status, Stop Pickup, Stop Dropoff)
{
    /// <summary>Counts the trip's own changes, from 1. A write with a lower number than the hub's is ignored.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Who drives it; none while <see cref="TripStatus.New"/>.</summary>
    public DriverId? Driver { get; init; }

    /// <summary>What riders see of the driver.</summary>
    public DriverCard? Card { get; init; }

    /// <summary>Queued behind the driver's active trip: riders see no vehicle yet.</summary>
    public bool Queued { get; init; }

    /// <summary>
    /// When the driver will come, for a queued trip; ignored for others, whose route tells. Each write numbers the trip anew for its watchers, so one for the
    /// sake of the ETA alone is worth it only where that moved by some 15 s.
    /// </summary>
    public QueuedEta? Eta { get; init; }

    /// <summary>The planned way to the next stop, if one is known.</summary>
    public TripRoute? Route { get; init; }
}
