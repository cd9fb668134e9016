using RideTracker.LoadTest.Formats;

namespace RideTracker.LoadTest.Targets;

/// <summary>How states are published: over how many connections, in which form, and what is read from the answers.</summary>
internal sealed record PublishPlan
{
    /// <summary>Where they go on 127.0.0.1.</summary>
    public required int Port { get; init; }

    /// <summary>Topics (drivers) 0 to n - 1, published to in turn.</summary>
    public required int Topics { get; init; }

    /// <summary>Connections; topic i uses connection i % n.</summary>
    public required int Connections { get; init; }

    /// <summary>What connection i sends first, and whose answer (200 or 101) it awaits; null: nothing is sent nor awaited.</summary>
    public Func<int, byte[]>? Handshake { get; init; }

    /// <summary>Framed bytes to send once the WebSocket is open: SignalR's handshake.</summary>
    public byte[] AfterUpgrade { get; init; } = [];

    /// <summary>The bytes of one message as they go to the socket: a masked frame, a POST, a PUBLISH.</summary>
    public required IMessageFormat Format { get; init; }

    public required AnswerKind Answers { get; init; }

    /// <summary>Fixes in a message.</summary>
    public int FixesPerMessage { get; init; } = 1;
}

/// <summary>What is read from the answers to published messages.</summary>
internal enum AnswerKind
{
    /// <summary>Read and thrown away: RESP.</summary>
    Ignored,

    /// <summary>HTTP responses, in order; each 2xx accepts one message.</summary>
    Http,

    /// <summary>Acks of <c>ridetracker.driver.v1</c>.</summary>
    DriverAcks,

    /// <summary>Completions of SignalR's JSON protocol, whose result is an Ack.</summary>
    HubCompletions,

    /// <summary>Completions of SignalR's JSON protocol with any result: each without <c>error</c> accepts one message.</summary>
    PlainCompletions,
}
