using RideTracker.Protocol.Hub;
using RideTracker.Records.Hub;
using StackExchange.Redis;

namespace RideTracker.Records.Trails;

/// <summary>The queue of accepted fixes in the hub (<c>{p7}:history</c>): looked at from its old end, and shortened once what was read is written.</summary>
internal sealed class FixQueue(HubConnection hub)
{
    // Bounds one script's answer where elements are tiny.
    private const int MaxElements = 8_192;

    private static readonly HubScript Read = HubScript.Beside(typeof(FixQueue), "read");
    private static readonly HubScript Trim = HubScript.Beside(typeof(FixQueue), "trim");

    public int Partitions => hub.Partitions;

    /// <summary>Reads the oldest elements; takes nothing off.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async Task<QueueReading> ReadAsync(int partition, int maxBytes, CancellationToken cancellationToken)
    {
        var answer = (RedisResult[])(await RunAsync(Read, partition, [maxBytes, MaxElements], cancellationToken))!;
        var elements = new ReadOnlyMemory<byte>[answer.Length - 2];
        long bytes = 0;
        for (var i = 0; i < elements.Length; i++)
        {
            elements[i] = (byte[]?)answer[i + 2] ?? [];
            bytes += elements[i].Length;
        }

        return new QueueReading((long)answer[0], (long)answer[1], elements, bytes);
    }

    /// <summary>Takes off what was read; false where the queue is no longer what it was: then nothing is taken off.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached; it may have done it all the same.</exception>
    public async Task<bool> TrimAsync(int partition, QueueReading read, CancellationToken cancellationToken) =>
        (long)await RunAsync(Trim, partition, [read.Elements.Length, HistoryElement.Head(read.Elements[^1]), read.Bytes], cancellationToken) == 1;

    private Task<RedisResult> RunAsync(HubScript script, int partition, RedisValue[] arguments, CancellationToken cancellationToken) =>
        hub.EvaluateAsync(script, [HubKeys.History(partition), HubKeys.HistoryBytes(partition)], arguments, cancellationToken);
}

/// <summary>What one look at the queue saw.</summary>
/// <param name="CountedBytes">Bytes in all of the queue, as the hub counts them against <c>Hub:HistoryMaxBytes</c>.</param>
/// <param name="Waiting">Elements in all of the queue.</param>
/// <param name="Elements">The oldest ones.</param>
/// <param name="Bytes">Bytes of those.</param>
internal sealed record QueueReading(long CountedBytes, long Waiting, ReadOnlyMemory<byte>[] Elements, long Bytes);
