using System.Net.WebSockets;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;

namespace RideTracker.Tracking.Ingest;

/// <summary>The plain WebSocket's address: refuses what can't be served, else begins a <see cref="DriverSession"/>.</summary>
internal sealed class DriverSocketEndpoint(
    DriverTracks tracks, IngestHub hub, ReportIntake intake, Advisor advisor, SocketReportPool reports, IngestConnections connections, IngestMetrics metrics, IOptions<IngestOptions> options,
    TimeProvider time, ILogger<DriverSession> log)
{
    /// <summary>The subprotocol that is spoken here.</summary>
    public const string Subprotocol = "ridetracker.driver.v1";

    public async Task ServeAsync(HttpContext context)
    {
        var sockets = context.WebSockets;
        if (!sockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            await Problems.UpgradeRequired.WriteAsync(context, $"Open a WebSocket with subprotocol {Subprotocol}, or post reports to /v1/drivers/{{id}}/fixes.");
            return;
        }

        // Without any the phone takes what it gets; with others only it would not understand.
        var offered = sockets.WebSocketRequestedProtocols;
        if (offered.Count > 0 && !offered.Contains(Subprotocol))
        {
            await Problems.InvalidParameter.WriteAsync(context, $"Sec-WebSocket-Protocol: only {Subprotocol} is spoken here.");
            return;
        }

        if (connections.IsDraining)
        {
            await Problems.Draining.WriteAsync(context, "Connect again: another node answers.", TimeSpan.FromSeconds(1));
            return;
        }

        var settings = options.Value;
        var caller = context.GetCaller();
        var track = tracks.Hold(caller.AsDriver(), out var holders);
        try
        {
            if (holders > settings.MaxConnectionsPerDriver)
            {
                await Problems.RateLimited.WriteAsync(context, $"This driver has {settings.MaxConnectionsPerDriver} connections already: close one.", TimeSpan.FromSeconds(10));
                return;
            }

            using var socket = await sockets.AcceptWebSocketAsync(new WebSocketAcceptContext
            {
                SubProtocol = offered.Count > 0 ? Subprotocol : null,
                KeepAliveInterval = settings.KeepAliveInterval,
                KeepAliveTimeout = settings.KeepAliveTimeout,
            });
            await ServeAsync(socket, caller, track);
        }
        finally
        {
            tracks.Release(track);
        }
    }

    private async Task ServeAsync(WebSocket socket, Caller caller, DriverTrack track)
    {
        metrics.Connected(Door.WebSocket);
        await using var session = new DriverSession(socket, caller, track, hub, intake, advisor, reports, options.Value, metrics, time, log);
        connections.Add(session);
        try
        {
            await session.RunAsync();
        }
        finally
        {
            connections.Remove(session);
            metrics.Disconnected(Door.WebSocket);
        }
    }
}
