using System.Net.Sockets;
using RideTracker.Client;
using RideTracker.IntegrationTests.Engines;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>Two tracking nodes on one hub: the driver on one, the rider on the other. One table of facts for each engine and number of partitions.</summary>
public abstract partial class TwoNodes(HubEngine engine, int partitions) : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _open = [];
    private readonly string _name = $"x{Guid.NewGuid():N}"[..9];

    public static TheoryData<RiderStrategy> AllStrategies => [RiderStrategy.Poll, RiderStrategy.LongPoll, RiderStrategy.Sse, RiderStrategy.WebSocket];

    public static TheoryData<RiderStrategy> Streams => [RiderStrategy.Sse, RiderStrategy.WebSocket];

    /// <summary>A client whose sockets take a few kilobytes.</summary>
    private static HttpClient SlowSockets { get; } = new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096, NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    private string Trip => $"t_{_name}";

    private HubEngine Engine => engine;

    private int Partitions => partitions;

    public async ValueTask InitializeAsync() => await engine.BeginAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_open)) await one.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private static long NowMs() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task<(TrackingNode A, TrackingNode B)> NodesAsync(params (string Key, object Value)[] settings) => (await NodeAsync(settings), await NodeAsync(settings));

    private async Task<TrackingNode> NodeAsync(params (string Key, object Value)[] settings)
    {
        // Drives of minutes begin now, since riders see nothing from before the driver took the trip: so fixes may be ahead of the clock here.
        var node = await TrackingNode.StartAsync(engine.EndPoint, [("Hub:Partitions", partitions), ("Ingest:Checks:MaxAhead", "01:00:00"), .. settings]);
        _open.Add(node);
        return node;
    }

    private async Task<Rider> RiderAsync(RiderStrategy strategy, TrackingNode node, string? cursor = null)
    {
        var rider = await Rider.OnTripAsync(strategy, node, Trip, cursor);
        _open.Add(rider);
        return rider;
    }

    private async Task<Rider> ViewerAsync(RiderStrategy strategy, TrackingNode node, string query, string token, string? cursor = null)
    {
        var rider = await Rider.OpenAsync(strategy, node, $"/v1/vehicles/live?{query}", token, cursor);
        _open.Add(rider);
        return rider;
    }

    private Trip TripOf(DriverId? driver, TripStatus status = TripStatus.EnrouteToPickup, int version = 1) =>
        new(TripId.Parse(Trip), status, new Stop(37.78, -122.41, "Here"), new Stop(37.79, -122.4))
        {
            Driver = driver,
            Version = version,
            Card = new DriverCard("Ann", "Blue car", "7ABC123"),
        };

    private TestDriver NewDriver(string name = "d") => new($"{name}-{_name}");

    /// <summary>A driver on a trip that has reported once, through node A, and when that was.</summary>
    private async Task<(TestDriver Driver, long StartMs)> DriverOnTripAsync(TrackingNode a)
    {
        var driver = NewDriver();
        await a.ProjectAsync(TripOf(driver.Id));
        var start = NowMs() + 1;
        await driver.ReportAsync(a, TestDriver.FixAt(start));
        return (driver, start);
    }
}

public sealed class TwoNodesOnGarnet(GarnetEngine engine) : TwoNodes(engine, 1), IClassFixture<GarnetEngine>;

public sealed class TwoNodesOnRedis7(Redis7Engine engine) : TwoNodes(engine, 1), IClassFixture<Redis7Engine>;

public sealed class TwoNodesOnRedis7WithFourPartitions(Redis7Engine engine) : TwoNodes(engine, 4), IClassFixture<Redis7Engine>;
