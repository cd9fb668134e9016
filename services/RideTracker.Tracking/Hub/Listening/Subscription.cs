namespace RideTracker.Tracking.Hub.Listening;

/// <summary>Takes a published message. Called on the listener's reading thread, one message at a time: it must neither wait nor throw. The bytes are good until it returns.</summary>
public delegate void HubMessageHandler(ReadOnlySpan<byte> message);

/// <summary>One listener to one channel, until it is disposed of.</summary>
public sealed class Subscription : IDisposable
{
    private readonly HubListenerConnection _connection;
    private HubMessageHandler? _handler;

    internal Subscription(HubListenerConnection connection, string channel, HubMessageHandler handler)
    {
        _connection = connection;
        _handler = handler;
        Channel = channel;
    }

    public string Channel { get; }

    /// <summary>Ends it; a message that is being delivered now may still arrive.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _handler, null) is { } handler) _connection.Remove(Channel, handler);
    }
}
