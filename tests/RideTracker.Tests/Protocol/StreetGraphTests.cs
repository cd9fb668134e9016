using System.Text;
using RideTracker.Protocol.Streets;

namespace RideTracker.Tests.Protocol;

/// <summary>Routes keep to the streets, their directions and their speeds.</summary>
public class StreetGraphTests
{
    // A square of four crossings, 0.01 degrees apart, and a one-way shortcut from a to c.
    private static readonly GeoPoint A = new(0, 0);
    private static readonly GeoPoint B = new(0, 0.01);
    private static readonly GeoPoint C = new(0.01, 0.01);
    private static readonly GeoPoint D = new(0.01, 0);

    private static readonly StreetGraph Square = StreetGraph.Build(
    [
        new() { Highway = "residential", Points = [A, B, C, D, A] },
        new() { Highway = "primary", OneWay = true, Points = [A, new(0.005, 0.005), C] },
    ]);

    [Fact]
    public void Route_UsesTheOneWayShortcutInItsDirectionOnly()
    {
        var (a, c) = (Square.NearestNode(A), Square.NearestNode(C));
        Assert.Equal([A, new(0.005, 0.005), C], Square.FindRoute(a, c).Points);
        Assert.InRange(Square.FindRoute(c, a).LengthMeters, 2220, 2230);
    }

    [Fact]
    public void Route_TakesTheClassSpeed()
    {
        var route = Square.FindRoute(Square.NearestNode(A), Square.NearestNode(C));
        Assert.Equal(route.LengthMeters / (45 / 3.6), route.FreeSeconds, 1e-6);
    }

    [Fact]
    public void Route_FromANodeToItself_IsOnePoint()
    {
        var route = Square.FindRoute(0, 0);
        Assert.Equal([Square.Position(0)], route.Points);
        Assert.Equal(0, route.LengthMeters);
    }

    [Fact]
    public void Route_ThroughStops_IsTheSumOfItsParts()
    {
        var (a, c) = (Square.NearestNode(A), Square.NearestNode(C));
        var there = Square.FindRoute(a, c);
        var back = Square.FindRoute(c, a);
        Assert.Equal(there.LengthMeters + back.LengthMeters, Square.FindRoute(a, c, a).LengthMeters, 1e-6);
    }

    [Theory]
    [InlineData("[]", "FeatureCollection")]
    [InlineData("""{"features":[{"geometry":{"type":"LineString","coordinates":[[1,2],[3]]},"properties":{"highway":"primary"}}]}""", "Feature 0")]
    [InlineData("""{"features":[{"geometry":{"type":"LineString","coordinates":[[551000,4180000],[551100,4180000]]},"properties":{"highway":"primary"}}]}""", "Feature 0")]
    [InlineData("""{"features":[]}""", "no street")]
    [InlineData("{", "")]
    public async Task Load_OfAWrongFile_SaysWhatIsWrong(string json, string expected)
    {
        var error = await Assert.ThrowsAsync<FormatException>(() =>
            StreetGraph.LoadGeoJsonAsync(new MemoryStream(Encoding.UTF8.GetBytes(json)), TestContext.Current.CancellationToken));
        Assert.Contains(expected, error.Message);
    }
}
