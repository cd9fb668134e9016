using System.Globalization;
using RideTracker.LoadTest.Processes;

namespace RideTracker.LoadTest.Peers.ServerSentEvents;

/// <summary>Starts the peer <c>sse</c>: one app, positions by POST.</summary>
internal static class SsePeer
{
    public const string Name = "sse";

    public static async Task<PeerTarget> StartAsync(PeerLoad load, CancellationToken cancellationToken)
    {
        var port = FreePort.Next();
        var app = await PeerProcess.StartDotNetAsync([PeerCommand.ServerSentEvents, "--port", port.ToString(CultureInfo.InvariantCulture)], cancellationToken);
        var versions = new Dictionary<string, string> { ["ASP.NET"] = PeerVersions.Of(typeof(Microsoft.AspNetCore.Http.TypedResults)) };
        return new PeerTarget(Name, [new("app", app.Pid)], versions, PeerWire.Sse(port, load, "/sub/"), PeerWire.Post(port, load, "/pub/"), app);
    }
}
