using System.ComponentModel.DataAnnotations;

namespace RideTracker.Records.Trips;

/// <summary>Settings of trips, section <c>Trips</c>.</summary>
public sealed class TripsOptions
{
    public const string Section = "Trips";

    /// <summary>How often the hub is asked for arrivals, in milliseconds.</summary>
    [Range(20, 60_000)]
    public int ArrivalPollMs { get; set; } = 250;

    /// <summary>How far from its planned way a car must be, in metres, to be off it.</summary>
    [Range(20, 10_000)]
    public int OffWayMeters { get; set; } = 200;

    /// <summary>Fixes in a row off the way after which another one is planned.</summary>
    [Range(1, 100)]
    public int OffWayFixes { get; set; } = 3;

    /// <summary>Shortest time between two plans of one trip because of its driver's fixes, in seconds.</summary>
    [Range(1, 3_600)]
    public int ReplanSeconds { get; set; } = 15;

    /// <summary>How often the time of arrival of queued trips is reckoned again, in seconds.</summary>
    [Range(5, 3_600)]
    public int QueuedEtaSeconds { get; set; } = 30;

    /// <summary>Most trips that wait for a plan; beyond, the wish is dropped and counted: the car's next fixes bring it again.</summary>
    [Range(10, 1_000_000)]
    public int PlanQueue { get; set; } = 10_000;

    /// <summary>How long a plan may take, in seconds.</summary>
    [Range(1, 60)]
    public int PlanTimeoutSeconds { get; set; } = 10;
}
