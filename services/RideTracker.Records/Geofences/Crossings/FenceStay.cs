using System.Text.Json.Serialization;

namespace RideTracker.Records.Geofences.Crossings;

/// <summary>How a driver stands to one geofence that it is in, or may have crossed.</summary>
public sealed class FenceStay
{
    [JsonPropertyName("f")]
    public required string Fence { get; init; }

    /// <summary>Whether the driver is inside, as events have told.</summary>
    [JsonPropertyName("in")]
    public bool Inside { get; set; }

    /// <summary>When the stay began (Unix ms).</summary>
    [JsonPropertyName("t")]
    public long SinceMs { get; set; }

    /// <summary>The dwell event of this stay was written.</summary>
    [JsonPropertyName("d")]
    public bool Dwelt { get; set; }

    /// <summary>When the dwell event is due (Unix ms); null if there is none, or it was written.</summary>
    [JsonPropertyName("u")]
    public long? DueMs { get; set; }

    /// <summary>A crossing that fixes speak for and that is not certain yet.</summary>
    [JsonPropertyName("p")]
    public PendingCrossing? Pending { get; set; }
}

/// <summary>A crossing that is not certain yet.</summary>
public sealed class PendingCrossing
{
    /// <summary>When the border was crossed (Unix ms).</summary>
    [JsonPropertyName("t")]
    public long TimeMs { get; set; }

    [JsonPropertyName("lat")]
    public double Lat { get; set; }

    [JsonPropertyName("lng")]
    public double Lng { get; set; }

    /// <summary>The way there is not known.</summary>
    [JsonPropertyName("g")]
    public bool AtFix { get; set; }

    /// <summary>The last fix before it; null where there is none to compare with.</summary>
    [JsonPropertyName("a")]
    public Anchor? Before { get; set; }

    /// <summary>How much speaks for it: the sum of Page's CUSUM test, see <see cref="CrossingDetector"/>.</summary>
    [JsonPropertyName("s")]
    public double Evidence { get; set; }

    /// <summary>Where the driver seems to have crossed back; null while it is on the other side.</summary>
    [JsonPropertyName("b")]
    public BackCrossing? Back { get; set; }
}

/// <summary>A fix that a later one is compared with.</summary>
public sealed record Anchor([property: JsonPropertyName("lat")] double Lat, [property: JsonPropertyName("lng")] double Lng, [property: JsonPropertyName("acc")] double AccuracyMeters);

/// <summary>The second half of an excursion over the border.</summary>
public sealed record BackCrossing([property: JsonPropertyName("t")] long TimeMs, [property: JsonPropertyName("lat")] double Lat, [property: JsonPropertyName("lng")] double Lng);
