using System.Runtime.InteropServices;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Tracking.Hub;

/// <summary>The fixes of one report that passed the checks, on their way to the hub.</summary>
/// <param name="Driver">Whose they are.</param>
/// <param name="Fixes">Ascending by time, each time once; 1 to the most that a report may hold.</param>
public sealed record DriverReport(DriverId Driver, IReadOnlyList<DriverFix> Fixes)
{
    /// <summary>Whose they are. Set only where a report is used again for another driver, together with its fixes.</summary>
    public DriverId Driver { get; internal set; } = Driver;

    internal ReadOnlySpan<DriverFix> Span => Fixes switch
    {
        DriverFix[] array => array,
        List<DriverFix> list => CollectionsMarshal.AsSpan(list),
        _ => Fixes.ToArray(),
    };
}

/// <summary>A report on its way through <see cref="HubWriter"/>: told the hub's answer where that arrives, without a task for each.</summary>
public abstract class QueuedReport
{
    /// <summary>What is to be taken; set before it is queued.</summary>
    public abstract DriverReport Report { get; }

    /// <summary>The hub's answer, once for each time that it was queued. Called on the thread that reads from Redis, or at once within the queueing where the hub is away: it must not block, and whoever queues holds no lock. Once told it may be used again for other fixes: whoever calls this looks at it no more.</summary>
    public abstract void Answer(in HubVerdict verdict);
}

/// <summary>How the hub took a report.</summary>
public enum HubOutcome
{
    /// <summary>Live view and history have it: settled.</summary>
    Taken,

    /// <summary>The history has no room: the live view moved on, nothing is settled.</summary>
    Full,

    /// <summary>The hub can't be reached or refused the call: nothing is known to be settled; sending again is harmless.</summary>
    Unavailable,
}

/// <summary>How much a driver's next fixes are wanted, as accept.lua answers.</summary>
[Flags]
public enum DriverDemand
{
    /// <summary>On duty, and nobody looks.</summary>
    None = 0,

    /// <summary>A rider watches, or did so seconds ago.</summary>
    Watched = 2,

    /// <summary>It is near the stop that it drives to.</summary>
    NearStop = 4,

    /// <summary>The report moved nothing, so whether it is watched or near was not found out.</summary>
    Unknown = 8,

    /// <summary>It is off duty.</summary>
    OffDuty = 16,
}

internal static class DriverDemands
{
    /// <summary>Whether all of these are set. <see cref="Enum.HasFlag"/> boxes both sides until the code is compiled anew, and this runs for each report.</summary>
    public static bool Has(this DriverDemand demand, DriverDemand all) => (demand & all) == all;
}

/// <summary>What the hub answered to one report.</summary>
/// <param name="Outcome">Whether it is settled.</param>
/// <param name="Accepted">Fixes that are new.</param>
/// <param name="Duplicates">Fixes that it had.</param>
/// <param name="NewestFixTimeMs">Time of the driver's newest accepted fix after this call (Unix ms); other nodes may have moved it.</param>
/// <param name="OnTrip">Whether the driver has an active trip.</param>
/// <param name="Demand">How much its next fixes are wanted.</param>
public readonly record struct HubVerdict(HubOutcome Outcome, int Accepted, int Duplicates, long NewestFixTimeMs, bool OnTrip, DriverDemand Demand = DriverDemand.None)
{
    /// <summary>The fixes that are refused since the driver was off duty then: their places in the report, ascending; null = none.</summary>
    public IReadOnlyList<int>? OffDuty { get; init; }

    public static HubVerdict Unavailable { get; } = new(HubOutcome.Unavailable, 0, 0, 0, false);
}
