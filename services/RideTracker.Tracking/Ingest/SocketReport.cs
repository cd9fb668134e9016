using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>A report of a plain WebSocket from its reading until it is settled; then it goes back to its <see cref="SocketReportPool"/> and is another one.</summary>
internal sealed class SocketReport : QueuedReport
{
    // None: it lies in the pool, and nobody may look at it.
    private DriverSession? _session;

    /// <summary>Its number on the connection, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>When it was read, by <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long ReadAt { get; private set; }

    /// <summary>Its fixes; 0 for what could not be read as a report.</summary>
    public int Fixes { get; set; }

    /// <summary>What the checks made of it.</summary>
    public CheckedReport Checked { get; } = new();

    /// <summary>What was wrong with it, for what could not be read as a report.</summary>
    public ReadReport? Unreadable { get; set; }

    /// <summary>What the hub said, once it took it.</summary>
    public HubVerdict Verdict { get; set; }

    /// <summary>Nothing more is to come: it can be acknowledged once all before it are.</summary>
    public bool Done { get; set; }

    /// <summary>How long to wait before it is taken to the hub again; null while it was not refused.</summary>
    public Retry? Retrying { get; set; }

    public override DriverReport Report => Checked.Passed!;

    public override void Answer(in HubVerdict verdict) =>
        (_session ?? throw new InvalidOperationException("This report is settled.")).Answered(this, in verdict);

    /// <summary>Begins a report; all else is empty.</summary>
    public void Begin(DriverSession session, long number, long readAt)
    {
        _session = session;
        Number = number;
        ReadAt = readAt;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _session = null;
        Number = ReadAt = 0;
        Fixes = 0;
        Checked.Clear();
        Unreadable = null;
        Verdict = default;
        Done = false;
        Retrying = null;
    }
}
