using System.Text.Json;
using System.Text.Json.Serialization;

namespace RideTracker.Records.Geofences.Crossings;

/// <summary>What is remembered of one driver between two fixes.</summary>
public sealed class DriverPresence
{
    /// <summary>Time of the newest fix that was looked at (Unix ms); 0 before the first one.</summary>
    public long FixTimeMs { get; set; }

    public double Lat { get; set; }

    public double Lng { get; set; }

    public double AccuracyMeters { get; set; }

    /// <summary>Version of the geofences that it was looked at with.</summary>
    public long FencesVersion { get; set; }

    /// <summary>The geofences that the driver is in or may have crossed, and no others.</summary>
    public List<FenceStay> Stays { get; set; } = [];

    /// <summary>The stays as the database keeps them.</summary>
    public string StaysJson() => JsonSerializer.Serialize(Stays, StaysJsonContext.Default.ListFenceStay);

    public static List<FenceStay> ReadStays(string json) => JsonSerializer.Deserialize(json, StaysJsonContext.Default.ListFenceStay) ?? [];
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(List<FenceStay>))]
internal sealed partial class StaysJsonContext : JsonSerializerContext;
