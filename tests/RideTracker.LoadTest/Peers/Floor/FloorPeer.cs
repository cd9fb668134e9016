using System.Globalization;
using RideTracker.LoadTest.Processes;

namespace RideTracker.LoadTest.Peers.Floor;

/// <summary>Starts <c>floor</c>, which publishes by itself: as many deliveries a second as the others are asked for.</summary>
internal static class FloorPeer
{
    public const string Name = "floor";

    public static async Task<PeerTarget> StartAsync(PeerLoad load, CancellationToken cancellationToken)
    {
        var port = FreePort.Next();
        var rate = load.Rate * load.RidersPerTopic;
        var server = await PeerProcess.StartDotNetAsync(
            [PeerCommand.Floor, "--port", port.ToString(CultureInfo.InvariantCulture), "--rate", rate.ToString(CultureInfo.InvariantCulture)], cancellationToken);
        return new PeerTarget(Name, [new("floor", server.Pid)], new Dictionary<string, string>(), PeerWire.Sse(port, load, "/"), null, server) { OwnRate = rate };
    }
}
