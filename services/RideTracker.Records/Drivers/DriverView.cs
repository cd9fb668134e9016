using System.ComponentModel;

namespace RideTracker.Records.Drivers;

/// <summary>A driver as staff sees it.</summary>
public sealed record DriverView(
    string Id,
    string Name,
    string? Vehicle,
    string? Plate,
    [property: Description("off-duty, busy (has an active trip) or idle (neither).")] string Status,
    [property: Description("The active trip.")] string? Trip,
    [property: Description("The trip that is queued behind it.")] string? Next);

/// <summary>A driver's duty.</summary>
/// <param name="Driver">Who.</param>
/// <param name="On">Whether the driver works.</param>
/// <param name="Since">Since when it does not (Unix ms); absent while it does.</param>
public sealed record DutyView(string Driver, bool On, long? Since);
