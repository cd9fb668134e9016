namespace RideTracker.Client;

/// <summary>What became of a driver's fixes, at one moment.</summary>
/// <remarks><see cref="Reported"/> + <see cref="Resettled"/> = <see cref="Accepted"/> + <see cref="Duplicates"/> + <see cref="Rejected"/> + <see cref="Dropped"/> + <see cref="Buffered"/>.</remarks>
public sealed record DriverCounters
{
    /// <summary>Fixes given to <see cref="DriverConnection.Report"/>.</summary>
    public long Reported { get; init; }

    /// <summary>Fixes put on the wire, repeats included.</summary>
    public long Sent { get; init; }

    public long Accepted { get; init; }

    public long Duplicates { get; init; }

    public long Rejected { get; init; }

    /// <summary>Refused fixes by the server's reason; <c>unreadable</c> for reports that the server could not read.</summary>
    public IReadOnlyDictionary<string, long> RejectedByReason { get; init; } = new Dictionary<string, long>();

    /// <summary>Fixes that gave way to newer ones in a full buffer.</summary>
    public long Dropped { get; init; }

    /// <summary>Fixes that are not settled yet: waiting or under way.</summary>
    public long Buffered { get; init; }

    /// <summary>Fixes settled a second time, since the hub's incarnation had changed.</summary>
    public long Resettled { get; init; }

    /// <summary>Connections after the first one.</summary>
    public long Reconnects { get; init; }
}
