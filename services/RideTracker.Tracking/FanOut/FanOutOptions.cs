using System.ComponentModel.DataAnnotations;

namespace RideTracker.Tracking.FanOut;

/// <summary>Settings of fan-out, section <c>FanOut</c>.</summary>
public sealed class FanOutOptions
{
    public const string Section = "FanOut";

    /// <summary>How long a node keeps what nobody on it watches any more, in seconds: long polls come back.</summary>
    [Range(0, 3_600)]
    public int LingerSeconds { get; set; } = 15;

    /// <summary>Silence after which a node reads a watched thing again, in seconds: a message may have been lost.</summary>
    [Range(1, 600)]
    public int RereadSeconds { get; set; } = 8;

    /// <summary>Seconds of the trip's fixes in <c>path</c>.</summary>
    [Range(1, 300)]
    public int PathSeconds { get; set; } = 15;

    /// <summary>Most places in <c>path</c>.</summary>
    [Range(1, 100)]
    public int PathPoints { get; set; } = 20;

    /// <summary>Most places in <c>path</c> of the first state after a resume.</summary>
    [Range(1, 1_000)]
    public int ResumePathPoints { get; set; } = 100;

    /// <summary>Seconds after a drop-off before riders see the car again, so that nobody is followed from a rider's door.</summary>
    [Range(0, 86_400)]
    public int HideAfterDropoffSeconds { get; set; } = 120;

    /// <summary>Most planned ways that a node remembers.</summary>
    [Range(10, 1_000_000)]
    public int RouteCacheEntries { get; set; } = 10_000;
}
