using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>A report of a plain WebSocket from its reading until it is settled.</summary>
internal sealed class SocketReport(DriverSession session) : QueuedReport
{
    /// <summary>Its number on the connection, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>When it was read, by <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public required long ReadAt { get; init; }

    /// <summary>Its fixes; 0 for what could not be read as a report.</summary>
    public int Fixes { get; init; }

    /// <summary>What the checks made of it.</summary>
    public CheckedReport Checked { get; init; }

    /// <summary>What was wrong with it, for what could not be read as a report.</summary>
    public ReadReport? Unreadable { get; init; }

    /// <summary>What the hub said, once it took it.</summary>
    public HubVerdict Verdict { get; set; }

    /// <summary>Nothing more is to come: it can be acknowledged once all before it are.</summary>
    public bool Done { get; set; }

    /// <summary>How long to wait before it is taken to the hub again; null while it was not refused.</summary>
    public Retry? Retrying { get; set; }

    public override DriverReport Report => Checked.Passed!;

    public override void Answer(in HubVerdict verdict) => session.Answered(this, in verdict);
}
