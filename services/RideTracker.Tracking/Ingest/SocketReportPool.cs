namespace RideTracker.Tracking.Ingest;

/// <summary>
/// The node's settled reports, to be used again: a fix costs no allocation. Of the node and not of a connection, since of thousands of phones few have a report
/// in flight at a moment. Bounded: what is over is left to the collector, and so is what a connection leaves behind that broke.
/// </summary>
internal sealed class SocketReportPool
{
    private const int MostFree = 2_048;

    private readonly Lock _lock = new();
    private readonly Stack<SocketReport> _free = new();

    /// <summary>An empty report of a connection.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="number">The report's number on it, from 1.</param>
    /// <param name="readAt">When it was read, by <see cref="TimeProvider.GetTimestamp"/>.</param>
    public SocketReport Rent(DriverSession session, long number, long readAt)
    {
        SocketReport? report;
        lock (_lock) _free.TryPop(out report);
        report ??= new SocketReport();
        report.Begin(session, number, readAt);
        return report;
    }

    /// <summary>Takes back a report that nobody looks at any more.</summary>
    public void Return(SocketReport report)
    {
        report.Clear();
        lock (_lock)
        {
            if (_free.Count < MostFree) _free.Push(report);
        }
    }
}
