using System.Text;
using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Peers;

/// <summary>The plans that several peers share: riders on SSE or a WebSocket, positions by POST.</summary>
internal static class PeerWire
{
    // Enough that no answer is waited for, few enough that they cost nothing: what fanout tests of such servers use.
    private const int PostConnections = 4;

    /// <summary>RFC 6455 section 1.3: any 16 bytes will do as key.</summary>
    public const string WebSocketHeaders = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    /// <summary>Riders that ask for a stream of events.</summary>
    /// <param name="path">The path up to the topic.</param>
    public static RiderPlan Sse(int port, PeerLoad load, string path) => new()
    {
        Port = port,
        Wire = RiderWire.Sse,
        Count = load.Riders,
        TopicOf = rider => rider % load.Topics,
        Request = (rider, _) => Encoding.ASCII.GetBytes($"GET {path}{rider % load.Topics} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"),
        Stamp = Stamp.MonotonicNs,
    };

    /// <summary>Riders that open a WebSocket.</summary>
    /// <param name="path">The path up to the topic.</param>
    public static RiderPlan WebSocket(int port, PeerLoad load, string path) => new()
    {
        Port = port,
        Wire = RiderWire.WebSocket,
        Count = load.Riders,
        TopicOf = rider => rider % load.Topics,
        Request = (rider, _) => Encoding.ASCII.GetBytes($"GET {path}{rider % load.Topics} HTTP/1.1\r\nHost: localhost\r\n{WebSocketHeaders}\r\n"),
        Stamp = Stamp.MonotonicNs,
    };

    /// <summary>Positions by POST over a few connections that stay open.</summary>
    /// <param name="path">The path up to the topic.</param>
    public static PublishPlan Post(int port, PeerLoad load, string path) => new()
    {
        Port = port,
        Topics = load.Topics,
        Connections = Math.Min(PostConnections, load.Topics),
        Format = new PostPositionFormat(path),
        Answers = AnswerKind.Http,
    };
}
