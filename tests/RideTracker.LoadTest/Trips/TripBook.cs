using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;
using StackExchange.Redis;

namespace RideTracker.LoadTest.Trips;

/// <summary>Drivers and their active trips, written into the hub through <see cref="TripProjection"/> as the demo does; thousands at once.</summary>
internal sealed class TripBook
{
    /// <summary>Version of each trip.</summary>
    public const int Version = 2;

    private const int WritesAtOnce = 500;

    private TripBook(IReadOnlyList<DriverId> drivers, IReadOnlyList<TripId> trips, IReadOnlyList<long> numbers)
    {
        Drivers = drivers;
        Trips = trips;
        Numbers = numbers;
    }

    public IReadOnlyList<DriverId> Drivers { get; }

    /// <summary>The trip of each driver.</summary>
    public IReadOnlyList<TripId> Trips { get; }

    /// <summary>The number that each driver's slot has.</summary>
    public IReadOnlyList<long> Numbers { get; }

    /// <summary>Writes one trip for each of so many drivers.</summary>
    public static async Task<TripBook> WriteAsync(int redisPort, int count, CancellationToken cancellationToken)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(FormattableString.Invariant($"127.0.0.1:{redisPort},asyncTimeout=30000"));
        var database = redis.GetDatabase();
        var projection = new TripProjection(new Scripts(database));
        var drivers = Enumerable.Range(0, count).Select(i => DriverId.Parse(FormattableString.Invariant($"d{i}"))).ToList();
        var trips = Enumerable.Range(0, count).Select(i => TripId.Parse(FormattableString.Invariant($"t{i}"))).ToList();
        for (var from = 0; from < count; from += WritesAtOnce)
        {
            await Task.WhenAll(Enumerable.Range(from, Math.Min(WritesAtOnce, count - from)).Select(i => projection.WriteAsync(
                new Trip(trips[i], TripStatus.EnrouteToPickup, new Stop(37.7749, -122.4194, "Market Street"), new Stop(37.7793, -122.4193, "City Hall"))
                {
                    Version = Version,
                    Driver = drivers[i],
                    Card = new DriverCard("Sam", "Grey Prius", "7ABC123"),
                },
                cancellationToken)));
        }

        var numbers = await Task.WhenAll(drivers.Select(driver => database.HashGetAsync(HubKeys.Slot(0, driver), "n")));
        return new TripBook(drivers, trips, Array.ConvertAll(numbers, number => (long)number));
    }

    private sealed class Scripts(IDatabase database) : IHubScripts
    {
        public int Partitions => 1;

        public async Task<long> RunAsync(HubScript script, string[] keys, string[] arguments, CancellationToken cancellationToken) =>
            (long)await database.ScriptEvaluateAsync(script.Text, Array.ConvertAll(keys, key => (RedisKey)key), Array.ConvertAll(arguments, value => (RedisValue)value)).WaitAsync(cancellationToken);
    }
}
