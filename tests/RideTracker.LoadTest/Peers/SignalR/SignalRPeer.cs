using System.Globalization;
using System.Text;
using RideTracker.LoadTest.Formats;
using RideTracker.LoadTest.Generator;
using RideTracker.LoadTest.Processes;
using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Peers.SignalR;

/// <summary>Starts the peer <c>signalr</c>: the app and a Redis, each driver on the hub, each rider in its driver's group.</summary>
internal static class SignalRPeer
{
    public const string Name = "signalr";

    private static readonly byte[] Ping = Encoding.ASCII.GetBytes("{\"type\":6}\u001e");

    public static async Task<PeerTarget> StartAsync(PeerLoad load, CancellationToken cancellationToken)
    {
        var redis = await RedisServer.StartAsync("redis-server", appendOnly: false, cancellationToken);
        try
        {
            var port = FreePort.Next();
            var app = await PeerProcess.StartDotNetAsync(
                [PeerCommand.SignalR, "--port", port.ToString(CultureInfo.InvariantCulture), "--redis", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{redis.Port}")], cancellationToken);
            var versions = new Dictionary<string, string>
            {
                ["SignalR backplane"] = PeerVersions.Of(typeof(Microsoft.AspNetCore.SignalR.StackExchangeRedis.RedisOptions)),
                ["ASP.NET"] = PeerVersions.Of(typeof(Microsoft.AspNetCore.SignalR.Hub)),
                ["redis-server"] = await RedisServer.VersionAsync("redis-server", cancellationToken),
            };
            return new PeerTarget(Name, [redis.Process, new("app", app.Pid)], versions, Riders(port, load), Drivers(port, load), app, redis);
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    private static RiderPlan Riders(int port, PeerLoad load) => PeerWire.WebSocket(port, load, "/positions?topic=") with
    {
        AfterUpgrade = HubReportFormat.Handshake,
        // The hub drops a client of which it heard nothing for 30 s, and pings every 15 s.
        Ping = Ping,
        Pong = WebSocketFrame.Text(Ping),
    };

    private static PublishPlan Drivers(int port, PeerLoad load) => new()
    {
        Port = port,
        Topics = load.Topics,
        Connections = load.Topics,
        Handshake = _ => Encoding.ASCII.GetBytes($"GET /positions HTTP/1.1\r\nHost: localhost\r\n{PeerWire.WebSocketHeaders}\r\n"),
        AfterUpgrade = HubReportFormat.Handshake,
        Format = new HubPositionFormat(),
        Answers = AnswerKind.PlainCompletions,
    };
}
