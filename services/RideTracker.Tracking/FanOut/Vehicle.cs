using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.FanOut;

/// <summary>One present vehicle as a node knows it, whoever may see it.</summary>
/// <param name="Driver">Whose it is.</param>
/// <param name="Number">The number of its last change.</param>
/// <param name="Newest">Its newest fix.</param>
/// <param name="Busy">It is on a trip.</param>
/// <param name="Stale">It is silent.</param>
/// <param name="IdleSinceMs">Since when it is idle (Unix ms).</param>
/// <param name="DroppedOffMs">When its last trip ended (Unix ms), 0 = none.</param>
/// <param name="LastHeardMs">When the hub last took a fix (Unix ms).</param>
/// <param name="IntervalMs">Milliseconds between its reports, usually.</param>
public sealed record Vehicle(
    DriverId Driver, long Number, DriverFix Newest, bool Busy, bool Stale, long IdleSinceMs, long DroppedOffMs, long LastHeardMs, long IntervalMs)
{
    /// <summary>The vehicle of a slot; null if it never reported or is gone.</summary>
    public static Vehicle? From(DriverSlot slot) => slot is { Newest: { } newest, Gone: false }
        ? new Vehicle(slot.Driver, slot.Number, newest, slot.Busy, slot.Stale, slot.IdleSinceMs, slot.DroppedOffMs, slot.LastHeardMs, slot.IntervalMs)
        : null;

    /// <summary>The vehicle after new fixes; null if the message holds none.</summary>
    public static Vehicle? From(in HubMessage message, DriverId driver)
    {
        DriverFix? newest = null;
        var fixes = message.Fixes;
        while (FixText.TryRead(ref fixes, out var fix)) newest = fix;
        return newest is { } last
            ? new Vehicle(driver, message.Number, last, message.Busy, false, message.IdleSinceMs, message.DroppedOffMs, message.HeardMs, message.IntervalMs)
            : null;
    }
}
