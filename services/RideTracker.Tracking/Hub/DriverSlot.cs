using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Trips;

namespace RideTracker.Tracking.Hub;

/// <summary>A driver's live state as the hub keeps it, read whole.</summary>
public sealed record DriverSlot(DriverId Driver)
{
    /// <summary>Numbers the slot's changes: rises for ever, at least as fast as the clock (ms).</summary>
    public required long Number { get; init; }

    /// <summary>The newest accepted fix; none before the first.</summary>
    public DriverFix? Newest { get; init; }

    /// <summary>When the hub last took a fix (server's clock, Unix ms); 0 before the first.</summary>
    public long LastHeardMs { get; init; }

    /// <summary>Milliseconds between the driver's reports, usually; 0 while unknown.</summary>
    public long IntervalMs { get; init; }

    /// <summary>No fix for three of its intervals.</summary>
    public bool Stale { get; init; }

    /// <summary>Silent for so long that it is out of the geo index.</summary>
    public bool Gone { get; init; }

    /// <summary>Off duty: nothing of it is taken.</summary>
    public bool OffDuty { get; init; }

    /// <summary>The cell of the newest fix; empty before the first.</summary>
    public string Cell { get; init; } = "";

    /// <summary>The trip it drives or drove last.</summary>
    public SlotTrip? Trip { get; init; }

    /// <summary>Since when it is idle (server's clock, Unix ms): its first fix, or the end of its last trip.</summary>
    public long IdleSinceMs { get; init; }

    /// <summary>When its last trip ended (server's clock, Unix ms); 0 = none yet.</summary>
    public long DroppedOffMs { get; init; }

    /// <summary>The end of its track, oldest first: places with the number of the change that brought them.</summary>
    public IReadOnlyList<TrackPoint> Track { get; init; } = [];

    /// <summary>Whether it is on a trip that is not over.</summary>
    public bool Busy => Trip is { Over: false };
}

/// <summary>One place of a driver's track.</summary>
/// <param name="Number">The slot's number when it came.</param>
public readonly record struct TrackPoint(long Number, long FixTimeMs, double Latitude, double Longitude);

/// <summary>A trip as it stands in its driver's slot.</summary>
/// <param name="Shared">The trip's own members of the rider's state, as the inside of a JSON object.</param>
/// <param name="TakenMs">When the driver took it (server's clock, Unix ms).</param>
public sealed record SlotTrip(TripId Id, TripStatus Status, int Version, string Shared, long TakenMs, bool Over);
