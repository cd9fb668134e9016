using System.ComponentModel.DataAnnotations;

namespace RideTracker.Tracking.Presence;

/// <summary>Settings of presence, section <c>Presence</c>.</summary>
public sealed class PresenceOptions
{
    public const string Section = "Presence";

    /// <summary>Usual intervals of a driver without a fix after which it is stale, 1 to 100.</summary>
    [Range(1, 100)]
    public int StaleIntervals { get; set; } = 3;

    /// <summary>Shortest silence before stale, in milliseconds.</summary>
    [Range(500, 600_000)]
    public int MinSilenceMs { get; set; } = 10_000;

    /// <summary>Silence after which a stale driver is gone and out of the geo index, in seconds.</summary>
    [Range(1, 86_400)]
    public int GoneAfterSeconds { get; set; } = 120;

    /// <summary>How long the hub remembers a driver that is gone, in hours.</summary>
    [Range(1, 8_760)]
    public int KeepGoneHours { get; set; } = 24;

    /// <summary>How often a node looks for silent drivers, in milliseconds.</summary>
    [Range(50, 60_000)]
    public int SweepMs { get; set; } = 500;

    /// <summary>How long a driver with this usual interval may be silent before it is stale, in milliseconds; accept.lua says the same.</summary>
    public long SilenceMs(long intervalMs) => Math.Max(MinSilenceMs, StaleIntervals * intervalMs);
}
