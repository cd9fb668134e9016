using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using RideTracker.Records.Hub;

namespace RideTracker.Records.Trails;

/// <summary>Counts what goes from the queue into the history.</summary>
public sealed class TrailMetrics
{
    public const string MeterName = "RideTracker.Trails";

    private readonly Counter<long> _written;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _dead;
    private readonly Counter<long> _splits;
    private readonly Histogram<double> _duration;

    public TrailMetrics(IMeterFactory meters, TrailProgress progress, IOptions<HubConnectionOptions> hub)
    {
        var meter = meters.Create(MeterName);
        _written = meter.CreateCounter<long>("ridetracker.trails.written", "{fix}", "Fixes that came into the history");
        _duplicates = meter.CreateCounter<long>("ridetracker.trails.duplicates", "{fix}", "Fixes in the queue that the history had");
        _expired = meter.CreateCounter<long>("ridetracker.trails.expired", "{fix}", "Fixes in the queue that were older than the history is kept");
        _dead = meter.CreateCounter<long>("ridetracker.trails.dead_letters", "{letter}", "Pieces of the queue that were put aside");
        _splits = meter.CreateCounter<long>("ridetracker.trails.splits", "{split}", "Batches that were cut in two, since something in them failed");
        _duration = meter.CreateHistogram<double>("ridetracker.trails.batch.duration", "s", "From reading a batch in the queue to its commit");
        meter.CreateObservableGauge("ridetracker.trails.queue.bytes", progress.QueueBytes, "By", "Bytes waiting in the queue, by partition, as this host last saw it");
        meter.CreateObservableGauge("ridetracker.trails.queue.limit", () => hub.Value.HistoryMaxBytes, "By", "Bytes at which a partition of the queue takes no more (Hub:HistoryMaxBytes)");
        meter.CreateObservableGauge("ridetracker.trails.queue.age", progress.OldestSeconds, "s", "Time since the hub accepted the oldest fix that waits in the queue, by partition");
    }

    internal void Written(long written, long duplicates)
    {
        _written.Add(written);
        _duplicates.Add(duplicates);
    }

    internal void Expired(long count) => _expired.Add(count);

    internal void Dead(long count) => _dead.Add(count);

    internal void Split() => _splits.Add(1);

    internal void Took(TimeSpan duration) => _duration.Record(duration.TotalSeconds);
}
