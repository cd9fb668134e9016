using RideTracker.IntegrationTests.Engines;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Geo;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;
using StackExchange.Redis;

namespace RideTracker.IntegrationTests.Hub;

/// <summary>What the hub promises, as one table of facts for every engine.</summary>
public abstract partial class HubContract(HubEngine engine) : IAsyncLifetime
{
    /// <summary>Some moment; the hub itself compares fix times only with one another.</summary>
    private const long T0 = 1_764_000_000_000;

    private readonly List<IAsyncDisposable> _open = [];

    private static readonly DriverId Ann = DriverId.Parse("ann");
    private static readonly DriverId Bob = DriverId.Parse("bob");

    private IDatabase Database => engine.Database;

    public async ValueTask InitializeAsync() => await engine.BeginAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_open)) await one.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task<HubNode> NodeAsync(params (string Key, object Value)[] settings) =>
        Keep(await HubNode.StartAsync(engine.EndPoint, sweeps: false, settings));

    private protected async Task<HubNode> SweepingNodeAsync(params (string Key, object Value)[] settings) =>
        Keep(await HubNode.StartAsync(engine.EndPoint, sweeps: true, settings));

    private protected HubNode NodeToStart(params (string Key, object Value)[] settings) => Keep(HubNode.Build(engine.EndPoint, sweeps: false, settings));

    private protected async Task<HubEar> EarAsync(params string[] channels) => Keep(await HubEar.OnAsync(engine.EndPoint, channels));

    private protected Task<HubEar> EarOfAsync(DriverId driver, int partitions = 1) => EarAsync(HubKeys.DriverChannel(HubKeys.Partition(driver, partitions), driver));

    private protected Task<HubHistory> HistoryAsync(int partitions = 1) => HubHistory.ReadAsync(Database, partitions);

    /// <summary>A fix some seconds after <see cref="T0"/>, at a place of its own.</summary>
    private static DriverFix Fix(double seconds, double lat = 37.77, double lng = -122.42) =>
        new(T0 + (long)(seconds * 1000), Math.Round(lat + seconds * 1e-5, 7), lng);

    private static DriverFix[] Fixes(int from, int count) => [.. Enumerable.Range(from, count).Select(second => Fix(second))];

    private static Trip TripOf(string id, DriverId? driver, TripStatus status = TripStatus.EnrouteToPickup, int version = 1) =>
        new(TripId.Parse(id), status, new Stop(37.78, -122.41, "Here"), new Stop(37.79, -122.4))
        {
            Driver = driver,
            Version = version,
            Card = new DriverCard("Ann", "Blue car", "7ABC123"),
        };

    private static string CellOf(in DriverFix fix) => Cell.At(fix.Latitude, fix.Longitude);

    private static long NowMs() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private T Keep<T>(T one)
        where T : IAsyncDisposable
    {
        _open.Add(one);
        return one;
    }
}

/// <inheritdoc cref="GarnetEngine"/>
[Trait("engine", "garnet")]
public sealed class HubOnGarnet(GarnetEngine engine) : HubContract(engine), IClassFixture<GarnetEngine>;

/// <inheritdoc cref="Redis7Engine"/>
public sealed class HubOnRedis7(Redis7Engine engine) : HubContract(engine), IClassFixture<Redis7Engine>;

/// <inheritdoc cref="Redis8Engine"/>
public sealed class HubOnRedis8(Redis8Engine engine) : HubContract(engine), IClassFixture<Redis8Engine>;

/// <inheritdoc cref="Valkey8Engine"/>
public sealed class HubOnValkey8(Valkey8Engine engine) : HubContract(engine), IClassFixture<Valkey8Engine>;
