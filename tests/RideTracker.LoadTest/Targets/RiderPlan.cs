namespace RideTracker.LoadTest.Targets;

/// <summary>How riders subscribe: the bytes that each sends, and how the time of a state is found in what it gets.</summary>
internal sealed record RiderPlan
{
    /// <summary>Where the target listens on 127.0.0.1.</summary>
    public required int Port { get; init; }

    public required RiderWire Wire { get; init; }

    /// <summary>How many riders connect.</summary>
    public required int Count { get; init; }

    /// <summary>The topic (driver) that a rider watches, 0 to topics - 1.</summary>
    public required Func<int, int> TopicOf { get; init; }

    /// <summary>The whole first request of rider i, with its empty line; its second argument is the cursor that the rider has (null: none).</summary>
    public required Func<int, string?, byte[]> Request { get; init; }

    /// <summary>How to find when a state was sent.</summary>
    public required Stamp Stamp { get; init; }

    /// <summary>Bytes to send once the WebSocket is open, framed already (<see cref="Generator.WebSocketFrame.Text"/>): SignalR's handshake, Socket.IO's <c>40</c>.</summary>
    public byte[] AfterUpgrade { get; init; } = [];

    /// <summary>A text message that must be answered at once, such as Socket.IO's ping <c>2</c>; null: none.</summary>
    public byte[]? Ping { get; init; }

    /// <summary>The framed answer to <see cref="Ping"/>.</summary>
    public byte[] Pong { get; init; } = [];
}

/// <summary>What a rider speaks.</summary>
internal enum RiderWire
{
    /// <summary>HTTP/1.1, a body that does not end (chunked or not).</summary>
    Sse,

    WebSocket,

    /// <summary>Asks again as soon as it is answered, with the cursor of the answer.</summary>
    LongPoll,

    /// <summary>Asks at its own interval, with the cursor of the last answer.</summary>
    Poll,
}

/// <summary>How a state tells when it was sent.</summary>
internal enum Stamp
{
    /// <summary><c>"time":T</c>, the fix time in Unix ms, unique for its driver: looked up in what was sent.</summary>
    FixTime,

    /// <summary><c>"t":T</c>, the monotonic clock in ns (<see cref="Generator.Clock.Ns"/>) when it was sent.</summary>
    MonotonicNs,
}
