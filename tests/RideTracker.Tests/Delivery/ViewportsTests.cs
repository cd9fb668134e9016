using RideTracker.Protocol.Geo;
using RideTracker.Tracking.Delivery;

namespace RideTracker.Tests.Delivery;

public class ViewportsTests
{
    [Theory]
    [InlineData(-180, -90, 180, 90)]
    [InlineData(-180, 0, 180, 85)]
    [InlineData(-180, 0, -170, 10)]
    [InlineData(170, 0, 180, 10)]
    [InlineData(170, 0, -170, 10)]
    [InlineData(8, 46, 9, 47)]
    public void Widened_ABox_StillHasAllOfIt(double west, double south, double east, double north)
    {
        var box = new GeoBox(west, south, east, north);
        var wide = Viewports.Widened(box);
        Assert.True(wide.Width >= box.Width);
        foreach (var (lat, lng) in new[] { (south, west), (north, east), ((south + north) / 2, west), (south, east) }) Assert.True(wide.Contains(lat, lng));
    }

    [Fact]
    public void Widened_TheWholeWorld_HasItsMiddle() => Assert.True(Viewports.Widened(new GeoBox(-180, -90, 180, 90)).Contains(44.5, -30));
}
