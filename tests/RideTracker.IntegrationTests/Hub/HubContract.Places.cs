using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Geo;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub;

namespace RideTracker.IntegrationTests.Hub;

/// <summary>Who is where: cells, boxes, the nearest.</summary>
public abstract partial class HubContract
{
    [Fact]
    public async Task DriverThatCrossesIntoAnotherCell_IsToldToBoth()
    {
        var node = await NodeAsync();
        DriverFix here = Fix(0), there = Fix(1, lat: 37.9, lng: -122.2);
        string from = HubKeys.CellChannel(0, CellOf(here)), to = HubKeys.CellChannel(0, CellOf(there));
        await node.WriteAsync(Ann, here);
        var ear = await EarAsync(from, to);

        await node.WriteAsync(Ann, there);
        await node.WriteAsync(Ann, Fix(2, lat: 37.9, lng: -122.2));

        var told = await ear.AllAsync();
        Assert.Equal([from, to, to], told.Select(one => one.Channel).Order(StringComparer.Ordinal).OrderBy(channel => channel == to));
        var moved = HubMessage.Parse(told.Single(one => one.Channel == from).Text);
        Assert.Equal(CellOf(there), moved.Cell);
        Assert.Equal((await node.SlotAsync(Ann)).Cell, CellOf(there));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task BoxAndNear_FindExactlyWhoIsThere(int partitions)
    {
        var node = await NodeAsync(("Hub:Partitions", partitions));
        var random = new Random(7);
        var fixes = new Dictionary<DriverId, DriverFix>();
        // A third in one town, a third at the antimeridian and the limits of latitude, a third anywhere.
        for (var i = 0; i < 240; i++)
        {
            var (lat, lng) = (i % 3) switch
            {
                0 => (37.7 + random.NextDouble() * 0.2, -122.5 + random.NextDouble() * 0.2),
                1 => (-85.05 + random.NextDouble() * 170.1, random.NextDouble() * 4 - 2 + 180),
                _ => (-85.05 + random.NextDouble() * 170.1, random.NextDouble() * 360 - 180),
            };
            if (lng > 180) lng -= 360;
            fixes[DriverId.Parse($"d{i}")] = new DriverFix(T0 + i, Math.Round(lat, 7), Math.Round(lng, 7));
        }

        fixes[DriverId.Parse("edge-east")] = new DriverFix(T0, 0, 180);
        fixes[DriverId.Parse("edge-west")] = new DriverFix(T0, 0, -180);
        fixes[DriverId.Parse("edge-north")] = new DriverFix(T0, 85.05, 10);
        fixes[DriverId.Parse("edge-south")] = new DriverFix(T0, -85.05, 10);
        foreach (var verdict in await Task.WhenAll(fixes.Select(pair => node.WriteAsync(pair.Key, pair.Value)))) Assert.Equal(HubOutcome.Taken, verdict.Outcome);

        GeoBox[] boxes =
        [
            new(-122.5, 37.7, -122.4, 37.8), new(-122.45, 37.71, -122.44, 37.9), new(179, -60, -179, 60), new(178.5, -10, -178.5, 10), new(-180, -90, 180, 90),
            new(170, 60, -170, 90), new(-30, 70, 40, 90), new(-30, -90, 40, -70), new(-60, -20, 60, 20), new(100, -80, -100, 80), new(-180, -1, -179, 1), new(179, -1, 180, 1),
            new(180, -1, -180, 1), new(0, -85.05, 20, 85.05), new(-122.43, 37.75, -122.43, 37.75), new(10, 85.0, 10.001, 90),
            .. Enumerable.Range(0, 20).Select(_ => RandomBox()),
        ];
        foreach (var box in boxes)
        {
            var found = await node.Reader.ReadBoxAsync(box, TestContext.Current.CancellationToken);
            var expected = fixes.Where(pair => Inside(box, pair.Value)).Select(pair => pair.Key.Value).Order(StringComparer.Ordinal);
            Assert.Equal(expected, found.Select(slot => slot.Driver.Value).Order(StringComparer.Ordinal));
        }

        foreach (var (lat, lng, radius, limit) in ((double, double, double, int)[])[(37.8, -122.4, 10_000, 50), (37.8, -122.4, 10_000, 5), (37.75, -122.45, 3_000, 50), (0, 179.999, 10_000, 50), (-60, -50, 10_000, 50)])
        {
            var near = await node.Reader.ReadNearAsync(lat, lng, radius, limit, _ => true, 7, TestContext.Current.CancellationToken);
            var expected = fixes.Select(pair => (pair.Key, Distance: GeoMath.DistanceMeters(lat, lng, pair.Value.Latitude, pair.Value.Longitude)))
                .Where(one => one.Distance <= radius).OrderBy(one => one.Distance).Take(limit).Select(one => one.Key.Value);
            Assert.Equal(expected, near.Select(slot => slot.Driver.Value));
        }

        GeoBox RandomBox()
        {
            var (west, south) = (random.NextDouble() * 360 - 180, random.NextDouble() * 150 - 80);
            var east = west + random.NextDouble() * 200;
            return new GeoBox(west, south, east > 180 ? east - 360 : east, Math.Min(90, south + random.NextDouble() * 80));
        }

        static bool Inside(in GeoBox box, in DriverFix fix) =>
            fix.Latitude >= box.South && fix.Latitude <= box.North
            && (box.West <= box.East ? fix.Longitude >= box.West && fix.Longitude <= box.East : fix.Longitude >= box.West || fix.Longitude <= box.East);
    }

    [Fact]
    public async Task Near_AsksOnUntilEnoughAreWanted()
    {
        var node = await NodeAsync();
        for (var i = 0; i < 60; i++) await node.WriteAsync(DriverId.Parse($"d{i}"), Fix(0, lat: 37.77 + i * 0.0005));

        // Only the far ones are wanted.
        var near = await node.Reader.ReadNearAsync(
            37.77, -122.42, 10_000, 3, slot => int.Parse(slot.Driver.Value[1..], System.Globalization.CultureInfo.InvariantCulture) >= 50, 7, TestContext.Current.CancellationToken);

        Assert.Equal(["d50", "d51", "d52"], near.Select(slot => slot.Driver.Value));
    }
}
