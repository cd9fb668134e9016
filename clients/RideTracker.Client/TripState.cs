using System.Text.Json.Serialization;
using RideTracker.Client.Watching;
using RideTracker.Protocol.Trips;

namespace RideTracker.Client;

/// <summary>All there is to know about one trip now (protocol.md section 3). The latest replaces all before it.</summary>
public sealed record TripState
{
    /// <summary>Names this state, the same on every node and in every strategy. Opaque.</summary>
    public required string Cursor { get; init; }

    public required string Trip { get; init; }

    [JsonConverter(typeof(TripStatusJsonConverter))]
    public required TripStatus Status { get; init; }

    /// <summary>Counts the trip's own changes, from 1.</summary>
    public int Version { get; init; }

    /// <summary>Where the vehicle is; null before the first fix, and where the server may not show it. Its time never goes back from state to state.</summary>
    public VehiclePosition? Vehicle { get; init; }

    /// <summary>The way lately driven, oldest first; in the first state after a gap, since the state before it.</summary>
    public IReadOnlyList<PathPoint> Path { get; init; } = [];

    /// <summary>The driver is silent: show the position as old.</summary>
    public bool Stale { get; init; }

    /// <summary>When the driver was last heard: Unix time in milliseconds; null = never.</summary>
    [JsonPropertyName("lastHeard")]
    public long? LastHeardMs { get; init; }

    /// <summary>What is left to the next stop, if known.</summary>
    public TripEta? Eta { get; init; }

    /// <summary>The number of the planned way to the next stop, if one is known; fetched from <c>/v1/trips/{id}/route</c> when it changes.</summary>
    public int? Route { get; init; }

    public Stop? Pickup { get; init; }

    public Stop? Dropoff { get; init; }

    public DriverCard? Driver { get; init; }

    /// <summary>When to expect the next state, in milliseconds: the time to animate over.</summary>
    public int? NextUpdateMs { get; init; }

    /// <summary>The server could not place our cursor: what lies between the state before and this one is unknown.</summary>
    public bool Reset { get; init; }
}

/// <summary>Where a vehicle was, and when.</summary>
public sealed record VehiclePosition
{
    /// <summary>Degrees WGS 84.</summary>
    [JsonPropertyName("lat")]
    public required double Latitude { get; init; }

    /// <summary>Degrees WGS 84.</summary>
    [JsonPropertyName("lng")]
    public required double Longitude { get; init; }

    /// <summary>Degrees clockwise from true north, 0 to 360; null = unknown.</summary>
    [JsonPropertyName("heading")]
    public double? HeadingDegrees { get; init; }

    /// <summary>Metres per second; null = unknown.</summary>
    [JsonPropertyName("speed")]
    public double? SpeedMps { get; init; }

    /// <summary>Metres; null = unknown.</summary>
    [JsonPropertyName("accuracy")]
    public double? AccuracyMeters { get; init; }

    /// <summary>When the fix was taken: Unix time in milliseconds.</summary>
    [JsonPropertyName("time")]
    public required long FixTimeMs { get; init; }
}

/// <summary>One place of the way driven.</summary>
/// <param name="Longitude">Degrees WGS 84.</param>
/// <param name="Latitude">Degrees WGS 84.</param>
/// <param name="FixTimeMs">Unix time in milliseconds.</param>
[JsonConverter(typeof(PathPointJsonConverter))]
public readonly record struct PathPoint(double Longitude, double Latitude, long FixTimeMs);

/// <summary>What is left to the next stop.</summary>
/// <param name="Seconds">Until the arrival.</param>
/// <param name="DistanceMeters">Along the planned way, if known.</param>
public sealed record TripEta(
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("distance")] double? DistanceMeters);
