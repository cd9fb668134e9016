using System.Text.Json.Serialization;

namespace RideTracker.Client;

/// <summary>Every vehicle in view now; the server's changes are already merged.</summary>
/// <param name="Cursor">Names this picture. Opaque.</param>
/// <param name="Vehicles">By id.</param>
/// <param name="Reset">The server could not place our cursor.</param>
public sealed record ViewportState(string Cursor, IReadOnlyDictionary<string, ViewportVehicle> Vehicles, bool Reset = false);

/// <summary>One vehicle of a viewport.</summary>
public sealed record ViewportVehicle
{
    /// <summary>For riders a name that changes, so that nobody can follow a car by it.</summary>
    public required string Id { get; init; }

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

    /// <summary>When the fix was taken: Unix time in milliseconds.</summary>
    [JsonPropertyName("time")]
    public required long FixTimeMs { get; init; }

    /// <summary><c>idle</c> or <c>busy</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The driver is silent.</summary>
    public bool Stale { get; init; }
}
