using RideTracker.Tracking.Hub;
using StackExchange.Redis;

namespace RideTracker.Tracking.FanOut;

/// <summary>One subscription to one of the hub's channels, confirmed when it is opened; messages come in their order, one at a time.</summary>
public sealed class ChannelListener : IAsyncDisposable
{
    private readonly ChannelMessageQueue _queue;

    private ChannelListener(string channel, ChannelMessageQueue queue)
    {
        Channel = channel;
        _queue = queue;
    }

    public string Channel { get; }

    /// <summary>Subscribes and waits for the confirmation.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public static async Task<ChannelListener> OpenAsync(HubLink link, string channel, Action<ReadOnlyMemory<byte>> onMessage)
    {
        try
        {
            var queue = await link.Subscriber.SubscribeAsync(RedisChannel.Literal(channel));
            queue.OnMessage(message => onMessage(message.Message));
            return new ChannelListener(channel, queue);
        }
        catch (Exception failure) when (HubLink.IsTrouble(failure))
        {
            throw new HubUnavailableException($"Can't subscribe to {channel}: {failure.Message}", failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _queue.UnsubscribeAsync();
        }
        catch (Exception failure) when (HubLink.IsTrouble(failure))
        {
            // The connection is gone and the subscription with it; the queue is closed, so it is not restored.
            return;
        }
    }
}
