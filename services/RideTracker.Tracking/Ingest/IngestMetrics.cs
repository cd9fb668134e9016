using System.Diagnostics.Metrics;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Tracking.Ingest;

/// <summary>Counts what drivers send and what becomes of it. Meter <c>RideTracker.Ingest</c>.</summary>
internal sealed class IngestMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "RideTracker.Ingest";

    private static readonly string[] Doors = ["signalr", "websocket", "http"];

    // Counted here and looked at when somebody asks: the library's own counters cost as much as checking a fix.
    private readonly long[] _reports = new long[Doors.Length];
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _unreadable;
    private readonly Counter<long> _rateLimited;
    private readonly Counter<long> _retries;
    private readonly UpDownCounter<long> _connections;
    private readonly Histogram<double> _ackLatency;
    private long _accepted;
    private long _duplicates;
    private long _refused;

    public IngestMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter("ridetracker.ingest.accepted", () => Volatile.Read(ref _accepted), "{fix}", "Fixes that the hub took.");
        meter.CreateObservableCounter("ridetracker.ingest.duplicates", () => Volatile.Read(ref _duplicates), "{fix}", "Fixes that the hub had already.");
        _rejected = meter.CreateCounter<long>("ridetracker.ingest.rejected", "{fix}", "Fixes refused, by reason.");
        meter.CreateObservableCounter(
            "ridetracker.ingest.reports",
            () => Enum.GetValues<Door>().Select(door => new Measurement<long>(Volatile.Read(ref _reports[(int)door]), Tag(door))),
            "{report}",
            "Reports settled, by door.");
        _unreadable = meter.CreateCounter<long>("ridetracker.ingest.unreadable", "{report}", "What could not be read as a report, by door.");
        _rateLimited = meter.CreateCounter<long>("ridetracker.ingest.rate_limited", "{report}", "Reports that had to wait or were sent back above a driver's rate, by door.");
        _retries = meter.CreateCounter<long>("ridetracker.ingest.retries", "{report}", "Reports that the hub did not take at the first try, by door.");
        _connections = meter.CreateUpDownCounter<long>("ridetracker.ingest.connections", "{connection}", "Drivers' open connections, by door.");
        _ackLatency = meter.CreateHistogram<double>("ridetracker.ingest.ack.duration", "s", "From the report's last byte to its settling, by door.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    }

    /// <summary>Fixes that the hub took so far.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Fixes refused so far.</summary>
    public long Rejected => Volatile.Read(ref _refused);

    public void Settled(Door door, int accepted, int duplicates, IReadOnlyList<RefusedFix> refused, TimeSpan latency)
    {
        Interlocked.Increment(ref _reports[(int)door]);
        Interlocked.Add(ref _accepted, accepted);
        if (duplicates > 0) Interlocked.Add(ref _duplicates, duplicates);
        if (refused.Count > 0) Interlocked.Add(ref _refused, refused.Count);
        for (var i = 0; i < refused.Count; i++) _rejected.Add(1, new KeyValuePair<string, object?>("reason", refused[i].Reason.ToWire()));
        _ackLatency.Record(latency.TotalSeconds, Tag(door));
    }

    public void Unreadable(Door door) => _unreadable.Add(1, Tag(door));

    public void RateLimited(Door door) => _rateLimited.Add(1, Tag(door));

    public void NotTaken(Door door) => _retries.Add(1, Tag(door));

    public void Connected(Door door) => _connections.Add(1, Tag(door));

    public void Disconnected(Door door) => _connections.Add(-1, Tag(door));

    private static KeyValuePair<string, object?> Tag(Door door) => new("door", Doors[(int)door]);
}

/// <summary>How a report came in.</summary>
internal enum Door
{
    SignalR,
    WebSocket,
    Http,
}
