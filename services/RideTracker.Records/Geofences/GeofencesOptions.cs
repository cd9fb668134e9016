using System.ComponentModel.DataAnnotations;

namespace RideTracker.Records.Geofences;

/// <summary>Settings of geofences, section <c>Geofences</c>. Why crossings are judged so: docs/adr/0015.</summary>
public sealed class GeofencesOptions
{
    public const string Section = "Geofences";

    /// <summary>Most geofences.</summary>
    [Range(1, 1_000_000)]
    public int MaxFences { get; set; } = 50_000;

    /// <summary>Most positions of one geofence, all its rings together.</summary>
    [Range(4, 1_000_000)]
    public int MaxVertices { get; set; } = 20_000;

    /// <summary>Two fixes that are farther apart in time, in seconds, are not joined by a way: what changed is taken to have changed at the later one.</summary>
    [Range(1, 86_400)]
    public int MaxGapSeconds { get; set; } = 300;

    /// <summary>The same for their distance, in metres.</summary>
    [Range(100, 100_000)]
    public int MaxGapMeters { get; set; } = 10_000;

    /// <summary>A fix whose accuracy is worse, in metres, is no evidence of a crossing.</summary>
    [Range(1, 1_000)]
    public double MaxAccuracyMeters { get; set; } = 100;

    /// <summary>Accuracy in metres of a fix that does not tell it.</summary>
    [Range(1, 1_000)]
    public double AssumedAccuracyMeters { get; set; } = 10;

    /// <summary>How often to look whether geofences were changed elsewhere, in milliseconds, besides PostgreSQL's NOTIFY.</summary>
    [Range(50, 600_000)]
    public int LookEveryMs { get; set; } = 5_000;
}
