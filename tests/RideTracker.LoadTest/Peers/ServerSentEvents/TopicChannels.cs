using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace RideTracker.LoadTest.Peers.ServerSentEvents;

/// <summary>Gives each rider a channel of its own, and each position to the channels of its topic.</summary>
internal sealed class TopicChannels
{
    // One: a rider that reads slowly gets the newest state, as RideTracker's does.
    private static readonly BoundedChannelOptions Newest = new(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true };

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<Channel<Position>, byte>> _riders = new();

    public void Publish(string topic, Position position)
    {
        if (!_riders.TryGetValue(topic, out var riders)) return;
        foreach (var (rider, _) in riders) rider.Writer.TryWrite(position);
    }

    /// <summary>What a rider gets, until it leaves.</summary>
    public async IAsyncEnumerable<SseItem<Position?>> Watch(string topic, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rider = Channel.CreateBounded<Position>(Newest);
        var riders = _riders.GetOrAdd(topic, _ => new());
        riders.TryAdd(rider, 0);
        try
        {
            // ASP.NET sends the head of the answer with the first event: without one, a rider would not know that it is connected.
            yield return new SseItem<Position?>(null, "hello");
            await foreach (var position in rider.Reader.ReadAllAsync(cancellationToken)) yield return new SseItem<Position?>(position, "position");
        }
        finally
        {
            riders.TryRemove(rider, out _);
        }
    }
}
