using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace RideTracker.Records.Trails;

/// <summary>What this host last saw of the queue, and whether its reader goes on: for gauges and health.</summary>
public sealed class TrailProgress(TimeProvider time)
{
    /// <summary>A reader that did not get through a turn for so long stands still.</summary>
    private static readonly TimeSpan StandsStillAfter = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<int, Sight> _queues = new();
    private readonly ConcurrentDictionary<int, Turn> _readers = new();

    /// <summary>Why the reader stands still; null while it goes on.</summary>
    public string? Trouble
    {
        get
        {
            var still = _readers.Values.Where(turn => time.GetElapsedTime(turn.At) > StandsStillAfter).ToList();
            return still.Count == 0
                ? null
                : $"the reader of fixes stands still for {still.Max(turn => time.GetElapsedTime(turn.At)).TotalSeconds:0} s: {still.Select(turn => turn.Failure).FirstOrDefault(failure => failure is not null) ?? "a batch takes long"}";
        }
    }

    internal void Saw(int partition, long bytes, long? oldestReceivedMs) => _queues[partition] = new Sight(bytes, oldestReceivedMs);

    /// <summary>This host reads a partition no more: another one's gauge tells.</summary>
    internal void Left(int partition) => _queues.TryRemove(partition, out _);

    internal void Turned(int reader) => _readers[reader] = new Turn(time.GetTimestamp(), null);

    internal void Failed(int reader, string failure) =>
        _readers.AddOrUpdate(reader, _ => new Turn(time.GetTimestamp(), failure), (_, turn) => turn with { Failure = failure });

    internal void Stopped(int reader) => _readers.TryRemove(reader, out _);

    internal IEnumerable<Measurement<long>> QueueBytes() => _queues.Select(queue => new Measurement<long>(queue.Value.Bytes, Tag(queue.Key)));

    internal IEnumerable<Measurement<double>> OldestSeconds() => _queues.Select(queue => new Measurement<double>(
        queue.Value.OldestReceivedMs is { } oldest ? Math.Max(0, (time.GetUtcNow().ToUnixTimeMilliseconds() - oldest) / 1_000.0) : 0, Tag(queue.Key)));

    private static KeyValuePair<string, object?> Tag(int partition) => new("partition", partition);

    private readonly record struct Sight(long Bytes, long? OldestReceivedMs);

    private readonly record struct Turn(long At, string? Failure);
}
