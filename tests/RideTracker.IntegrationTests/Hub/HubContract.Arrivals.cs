using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;

namespace RideTracker.IntegrationTests.Hub;

/// <summary>Arrivals, found in the call that takes the fix: a car that waits arrives once, whatever its receiver says; one that passes does not.</summary>
public abstract partial class HubContract
{
    // TripOf's pickup and dropoff.
    private static readonly Stop Pickup = new(37.78, -122.41);
    private static readonly Stop Dropoff = new(37.79, -122.4);

    public static TheoryData<bool> ToldSpeedOrNot => [true, false];

    [Theory, MemberData(nameof(ToldSpeedOrNot))]
    public async Task CarThatWaitsAtThePickup_ArrivesOnceThoughItsFixesScatter(bool toldSpeed)
    {
        var node = await NodeAsync();
        var arrivals = 0;
        for (var seed = 1; seed <= 20; seed++)
        {
            var driver = DriverId.Parse($"ann-{seed}");
            await node.ProjectAsync(TripOf($"t_{seed}", driver, version: 3));
            // From 300 m away, 14 s to brake over the last 100 m, then two minutes before the door, 15 m off it: sigma 25 m, each tenth place wrong by 200 m.
            var fixes = new Noise(seed, 25, 10).On(Approach(waitSeconds: 120), toldSpeed);
            foreach (var report in fixes.Chunk(1 + seed % 3)) await node.WriteAsync(driver, report);

            var found = await ArrivalsAsync();
            Assert.True(found.Count == arrivals + 1, $"seed {seed}: {found.Count - arrivals} arrivals");
            arrivals++;
            Assert.Equal((TripId.Parse($"t_{seed}"), driver, TripStop.Pickup, 3), found[^1] is var last ? (last.Trip, last.Driver, last.Stop, last.Version) : default);
            Assert.Contains(fixes, fix => (fix.FixTimeMs, fix.Latitude, fix.Longitude) == (found[^1].FixTimeMs, found[^1].Latitude, found[^1].Longitude));
            // It stands from second 27 on.
            Assert.InRange((found[^1].FixTimeMs - T0) / 1000, 27, 100);
        }
    }

    [Theory, MemberData(nameof(ToldSpeedOrNot))]
    public async Task CarThatWaits_WithAGoodReceiver_ArrivesWithinSeconds(bool toldSpeed)
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf("t_1", Ann));

        foreach (var fix in new Noise(7, 3, 0).On(Approach(waitSeconds: 60), toldSpeed)) await node.WriteAsync(Ann, fix);

        Assert.InRange((Assert.Single(await ArrivalsAsync()).FixTimeMs - T0) / 1000, 27, 50);
    }

    [Theory, MemberData(nameof(ToldSpeedOrNot))]
    public async Task CarThatDrivesPast_DoesNotArrive(bool toldSpeed)
    {
        var node = await NodeAsync();
        var seed = 0;
        foreach (var speed in (double[])[5.5, 8, 14, 25])
        {
            foreach (var (sigma, every) in ((double, int)[])[(0, 0), (5, 0), (15, 10)])
            {
                foreach (var aside in (double[])[0, 30])
                {
                    var driver = DriverId.Parse($"ann-{++seed}");
                    await node.ProjectAsync(TripOf($"t_{seed}", driver));
                    await node.WriteAsync(driver, new Noise(seed, sigma, every).On(Past(speed, aside), toldSpeed));
                    Assert.True((await ArrivalsAsync()).Count == 0, $"at {speed} m/s, {aside} m aside, with an error of {sigma} m");
                }
            }
        }
    }

    [Fact]
    public async Task OneFixAtTheStop_SaysNothing()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf("t_1", Ann));
        await node.WriteAsync(Ann, At(0, 500), At(100, 5, speed: 0));
        for (var i = 0; i < 20; i++) await node.WriteAsync(Ann, At(100, 5, speed: 0));
        Assert.Empty(await ArrivalsAsync());

        // A second one does, since the time between the two counts.
        await node.WriteAsync(Ann, At(130, 5, speed: 0));

        Assert.Equal(At(130, 5).FixTimeMs, Assert.Single(await ArrivalsAsync()).FixTimeMs);
    }

    [Fact]
    public async Task InaccurateFixes_SayNothingEitherWay()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf("t_1", Ann));
        foreach (var second in Enumerable.Range(0, 30)) await node.WriteAsync(Ann, At(second, 5, speed: 0, accuracy: 150));
        Assert.Empty(await ArrivalsAsync());

        // Nor do they throw away what is known.
        foreach (var second in Enumerable.Range(30, 6)) await node.WriteAsync(Ann, At(second, 5, speed: 0, accuracy: 10));
        foreach (var second in Enumerable.Range(36, 6)) await node.WriteAsync(Ann, At(second, 900, speed: 0, accuracy: 150));
        Assert.Empty(await ArrivalsAsync());
        foreach (var second in Enumerable.Range(42, 4)) await node.WriteAsync(Ann, At(second, 5, speed: 0, accuracy: 10));
        Assert.Single(await ArrivalsAsync());
    }

    [Fact]
    public async Task CarThatLeavesAndComesBack_BeginsAnew()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf("t_1", Ann));
        for (var round = 0; round < 3; round++)
        {
            foreach (var second in Enumerable.Range(round * 100, 6)) await node.WriteAsync(Ann, At(second, 5, speed: 0.5f));
            foreach (var second in (int[])[6, 7, 8, 9, 98, 99]) await node.WriteAsync(Ann, At(round * 100 + second, 150, speed: 0.5f));
        }

        Assert.Empty(await ArrivalsAsync());
    }

    [Fact]
    public async Task StretchBetweenTwoFixes_CountsWithItsPartInTheCircle()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf("t_1", Ann));
        await node.ProjectAsync(TripOf("t_2", Bob));
        // The last 20 m are within the 60 m. Ann drives them in 3 s, and needs 5 s more; Bob is not seen before he stands there.
        await node.WriteAsync(Ann, At(0, 80, speed: 2), At(6, 40, speed: 2), At(10.5, 40, speed: 0));
        await node.WriteAsync(Bob, At(6, 40, speed: 2), At(10.5, 40, speed: 0));
        // Not seen for a minute, half of whose way was within: whether it drove it evenly is not known.
        var rare = DriverId.Parse("rare");
        await node.ProjectAsync(TripOf("t_3", rare));
        await node.WriteAsync(rare, At(0, 120, speed: 2), At(60, 0, speed: 2), At(61, 0, speed: 2));
        Assert.Empty(await ArrivalsAsync());

        await node.WriteAsync(Ann, At(11.5, 40, speed: 0));
        await node.WriteAsync(Bob, At(11.5, 40, speed: 0));

        Assert.Equal(Ann, Assert.Single(await ArrivalsAsync()).Driver);
    }

    [Fact]
    public async Task Arrival_NeverFiresTwice()
    {
        var (a, b) = (await NodeAsync(), await NodeAsync());
        await a.ProjectAsync(TripOf("t_1", Ann));
        var waiting = Enumerable.Range(0, 30).Select(second => At(second, 5, speed: 0)).ToArray();
        // Both nodes at once, as when a phone changes from one to the other and sends again.
        await Task.WhenAll(waiting.SelectMany(fix => new[] { a.WriteAsync(Ann, fix), b.WriteAsync(Ann, fix) }));
        Assert.Single(await ArrivalsAsync());

        // Records writes the trip again before it has read of the arrival, also with a new version of the same leg.
        foreach (var version in (int[])[1, 2, 2])
        {
            await b.ProjectAsync(TripOf("t_1", Ann, version: version));
            foreach (var second in Enumerable.Range(100 * version, 30)) await a.WriteAsync(Ann, At(second, 5, speed: 0));
        }

        await b.ProjectAsync(TripOf("t_1", Ann, TripStatus.ArrivedAtPickup, version: 3));
        await a.WriteAsync(Ann, At(500, 5, speed: 0), At(530, 5, speed: 0));
        Assert.Single(await ArrivalsAsync());

        // The next leg has an arrival of its own.
        await b.ProjectAsync(TripOf("t_1", Ann, TripStatus.EnrouteToDropoff, version: 4));
        await a.WriteAsync(Ann, At(600, 5, Dropoff, speed: 0), At(630, 5, Dropoff, speed: 0));
        Assert.Equal((TripStop.Dropoff, 4), (await ArrivalsAsync()) is [_, var second2] ? (second2.Stop, second2.Version) : default);
        await b.ProjectAsync(TripOf("t_1", Ann, TripStatus.Complete, version: 5));
        await a.WriteAsync(Ann, At(700, 5, Dropoff, speed: 0), At(730, 5, Dropoff, speed: 0));
        Assert.Equal(2, (await ArrivalsAsync()).Count);
    }

    [Fact]
    public async Task StopThatLiesElsewhereNow_IsArrivedAtAnew()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf("t_1", Ann));
        await node.WriteAsync(Ann, At(0, 5, speed: 0), At(30, 5, speed: 0));
        await node.ProjectAsync(TripOf("t_1", Ann, version: 2) with { Pickup = Dropoff });
        await node.WriteAsync(Ann, At(40, 5, speed: 0), At(60, 5, speed: 0));
        Assert.Single(await ArrivalsAsync());

        await node.WriteAsync(Ann, At(160, 5, Dropoff, speed: 0), At(190, 5, Dropoff, speed: 0));

        Assert.Equal(2, (await ArrivalsAsync()).Count);
    }

    [Fact]
    public async Task Arrivals_AreTheNewestTenThousand()
    {
        var node = await NodeAsync();
        await Database.ListRightPushAsync(HubKeys.Arrivals(0), [.. Enumerable.Range(0, 10_000).Select(i => (StackExchange.Redis.RedisValue)i)]);
        await node.ProjectAsync(TripOf("t_1", Ann));

        await node.WriteAsync(Ann, At(0, 5, speed: 0), At(30, 5, speed: 0));

        Assert.Equal(10_000, await Database.ListLengthAsync(HubKeys.Arrivals(0)));
        Assert.Equal(1, (int)await Database.ListGetByIndexAsync(HubKeys.Arrivals(0), 0));
        Assert.True(Arrival.TryParse((byte[])(await Database.ListGetByIndexAsync(HubKeys.Arrivals(0), -1))!, out _));
    }

    [Fact]
    public async Task Demand_TellsWhoWatchesAndHowNearTheStopIs()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf("t_1", Ann));
        Assert.Equal(Tracking.Hub.DriverDemand.None, (await node.WriteAsync(Ann, At(0, 900))).Demand);
        Assert.Equal(Tracking.Hub.DriverDemand.NearStop, (await node.WriteAsync(Ann, At(60, 300))).Demand);
        await EarOfAsync(Ann);
        Assert.Equal(Tracking.Hub.DriverDemand.Watched | Tracking.Hub.DriverDemand.NearStop, (await node.WriteAsync(Ann, At(61, 290))).Demand);
        Assert.Equal(Tracking.Hub.DriverDemand.Watched, (await node.WriteAsync(Ann, At(121, 900))).Demand);
        Assert.Equal(Tracking.Hub.DriverDemand.Unknown, (await node.WriteAsync(Ann, At(100, 300))).Demand);
    }

    private async Task<List<Arrival>> ArrivalsAsync() =>
        [.. (await Database.ListRangeAsync(HubKeys.Arrivals(0))).Select(element => Arrival.TryParse((byte[])element!, out var arrival) ? arrival! : throw new FormatException(element.ToString()))];

    // A fix so many metres west of a stop.
    private static DriverFix At(double second, double metersWest, Stop? stop = null, float? speed = null, float? accuracy = null) =>
        Place(second, -metersWest, 0, stop ?? Pickup) with { SpeedMps = speed, AccuracyMeters = accuracy };

    private static DriverFix Place(double second, double east, double north, Stop stop) => new(
        T0 + (long)(second * 1000),
        Math.Round(stop.Latitude + north / 111_195, 7),
        Math.Round(stop.Longitude + east / (111_195 * Math.Cos(stop.Latitude * Math.PI / 180)), 7));

    // Each second: where the car truly is, in metres east and north of the pickup, and how fast.
    private static IEnumerable<(double East, double North, double Speed)> Approach(int waitSeconds)
    {
        for (var at = -300.0; at < -100; at += 15) yield return (at, 15, 15);
        for (var left = 14; left > 0; left--) yield return (-100.0 / 196 * left * left, 15, 100.0 / 98 * left);
        for (var i = 0; i < waitSeconds; i++) yield return (0, 15, 0);
    }

    private static IEnumerable<(double East, double North, double Speed)> Past(double speed, double aside)
    {
        for (var at = -300.0; at < 300; at += speed) yield return (at, aside, speed);
    }

    private sealed class Noise(int seed, double sigmaMeters, int outlierEvery)
    {
        private readonly Random _random = new(seed);

        public DriverFix[] On(IEnumerable<(double East, double North, double Speed)> drive, bool toldSpeed) => [.. drive.Select((at, second) =>
        {
            var outlier = outlierEvery > 0 && _random.Next(outlierEvery) == 0 ? 200 * (_random.Next(2) * 2 - 1) : 0;
            var fix = Place(second, at.East + Error() + outlier, at.North + Error(), Pickup);
            return toldSpeed ? fix with { SpeedMps = (float)Math.Max(0, at.Speed + 0.3 * _random.NextDouble()), AccuracyMeters = 20 } : fix;
        })];

        // Box and Muller's.
        private double Error() => sigmaMeters * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
    }
}
