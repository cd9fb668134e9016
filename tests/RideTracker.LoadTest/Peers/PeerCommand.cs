using System.CommandLine;
using RideTracker.LoadTest.Peers.Floor;
using RideTracker.LoadTest.Peers.ServerSentEvents;
using RideTracker.LoadTest.Peers.SignalR;
using RideTracker.LoadTest.Processes;

namespace RideTracker.LoadTest.Peers;

/// <summary><c>peer</c>, hidden: this program as one of the servers that it compares with, in a process that <c>compare</c> starts and measures.</summary>
internal static class PeerCommand
{
    /// <summary>Connections that the floor takes at most.</summary>
    private const int MostRiders = 20_000;

    public const string Floor = "floor";
    public const string SignalR = "signalr";
    public const string ServerSentEvents = "sse";

    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "Where it listens on 127.0.0.1.", Required = true };
        var redis = new Option<string>("--redis") { Description = "HOST:PORT of the backplane.", Required = true };
        var rate = new Option<double>("--rate") { Description = "Deliveries a second.", Required = true };

        var floor = new Command(Floor, "The least a server can do: ready frames, one write() each.") { port, rate };
        floor.SetAction(parsed =>
        {
            var server = new FloorServer(parsed.GetValue(port), MostRiders);
            Console.Out.WriteLine(PeerHost.ReadyText);
            server.Serve(parsed.GetValue(rate));
        });
        var signalR = new Command(SignalR, "SignalR with the stock Redis backplane.") { port, redis };
        signalR.SetAction((parsed, cancellationToken) => SignalRApp.RunAsync(parsed.GetValue(port), parsed.GetValue(redis)!, cancellationToken));
        var sse = new Command(ServerSentEvents, "TypedResults.ServerSentEvents over a channel per rider.") { port };
        sse.SetAction((parsed, cancellationToken) => SseApp.RunAsync(parsed.GetValue(port), cancellationToken));
        return new Command("peer", "A server that RideTracker is compared with.") { Hidden = true, Subcommands = { floor, signalR, sse } };
    }

    /// <summary>The command that starts this program as a peer on the servers' core.</summary>
    public static string[] On(int core, params string[] arguments) =>
        // As the tracking node is started: by dotnet, so that both have the same host.
        Cores.On(core, ["dotnet", typeof(PeerCommand).Assembly.Location, "peer", .. arguments]);
}
