using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Streets;
using RideTracker.Records.Trips;

namespace RideTracker.Tests.Records;

public class WatchedWayTests
{
    private static readonly GeoPoint[] Line = [new(37.77, -122.42), new(37.77, -122.41), new(37.78, -122.41)];

    [Fact]
    public void MetersFrom_IsToTheNearestPlaceOfTheLineNotToItsCorners()
    {
        Assert.Equal(100, WatchedWay.MetersFrom(Line, new GeoPoint(37.77, -122.415).Offset(0, -100)), 0.5);
        Assert.Equal(250, WatchedWay.MetersFrom(Line, new GeoPoint(37.775, -122.41).Offset(250, 0)), 0.5);
        Assert.Equal(50, WatchedWay.MetersFrom(Line, Line[2].Offset(0, 50)), 0.5);
    }

    [Fact]
    public void Take_CountsFixesInARowThatAreSurelyOff()
    {
        var way = new WatchedWay("t_1", 1, Line);
        var off = new GeoPoint(37.77, -122.415).Offset(0, -250);
        var on = Line[1];
        var time = 1_000L;
        int Take(GeoPoint at, float accuracy = 5) => way.Take(new DriverFix(time += 1_000, at.Lat, at.Lng) { AccuracyMeters = accuracy }, 200);

        Assert.Equal([1, 2, 0, 1, 0], new[] { Take(off), Take(off), Take(on), Take(off), Take(off, accuracy: 100) });
        Assert.Equal(1, Take(off));
        Assert.Equal(0, way.Take(new DriverFix(time - 500, off.Lat, off.Lng), 200));
        Assert.Equal(2, Take(off));
    }
}
