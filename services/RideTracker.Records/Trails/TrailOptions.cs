using System.ComponentModel.DataAnnotations;

namespace RideTracker.Records.Trails;

/// <summary>Settings of the history of fixes, section <c>Trails</c>.</summary>
public sealed class TrailOptions
{
    public const string Section = "Trails";

    /// <summary>How many days fixes are kept, 8 to 3,650: more than the 7 days that a fix may be late.</summary>
    [Range(8, 3_650)]
    public int RetentionDays { get; set; } = 30;

    /// <summary>Most bytes of the queue that one transaction writes, 16,384 to 67,108,864; 75 bytes are about one fix.</summary>
    [Range(16_384, 67_108_864)]
    public int BatchBytes { get; set; } = 2_097_152;

    /// <summary>Milliseconds from one look at the queue to the next while it is nearly empty, 10 to 10,000.</summary>
    [Range(10, 10_000)]
    public int PollMs { get; set; } = 100;

    /// <summary>Partitions that are read at once, each on a connection to the database of its own, 1 to 16.</summary>
    [Range(1, 16)]
    public int Readers { get; set; } = 2;

    /// <summary>The longest time that one request for a trail may ask for, in days, 1 to 366.</summary>
    [Range(1, 366)]
    public int MaxSpanDays { get; set; } = 31;
}
