using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RideTracker.Protocol.Streets;
using RideTracker.Records.Routing;

namespace RideTracker.Tests.Routing;

/// <summary>Ways over the streets of a file, and estimates where there are none.</summary>
public class StreetPlannerTests
{
    // A block of 890 by 1,110 m near San Francisco; its south side is one-way to the east.
    private const string Block = """
        {"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"highway":"residential","oneway":true},"geometry":{"type":"LineString","coordinates":[[-122.42,37.77],[-122.41,37.77]]}},
        {"type":"Feature","properties":{"highway":"primary","maxspeed_kmh":40},"geometry":{"type":"LineString","coordinates":[[-122.41,37.77],[-122.41,37.78],[-122.42,37.78],[-122.42,37.77]]}}]}
        """;

    private static readonly GeoPoint West = new(37.77, -122.42);
    private static readonly GeoPoint East = new(37.77, -122.41);

    [Fact]
    public async Task Way_OverTheStreetsOfTheFile_KeepsToThemAndToTheirDirections()
    {
        await using var routing = await WithFileAsync(Block);
        var there = await PlanAsync(routing, West, East);
        var back = await PlanAsync(routing, East, West);
        Assert.InRange(there.Meters, 870, 890);
        Assert.InRange(back.Meters, 3_080, 3_120);
        Assert.Contains((-122.42, 37.78), back.Line);
        // 30 km/h, and 40 for the way back; by 1.716 for lights and traffic, and 84 s for start and end.
        Assert.Equal(there.Meters / (30 / 3.6) * 1.716 + 84, there.Seconds, 1.0);
        Assert.Equal(back.Meters / (40 / 3.6) * 1.716 + 84, back.Seconds, 1.0);
        Assert.Equal(2, routing["streets"]);
    }

    [Fact]
    public async Task Way_BeginsAtTheCarAndEndsAtTheStop()
    {
        await using var routing = await WithFileAsync(Block);
        GeoPoint car = new(37.7698, -122.4199), stop = new(37.7702, -122.4101);
        var way = await PlanAsync(routing, car, stop);
        Assert.Equal((car.Lng, car.Lat), way.Line[0]);
        Assert.Equal((stop.Lng, stop.Lat), way.Line[^1]);
        Assert.Equal(way.Meters, way.Line.Zip(way.Line.Skip(1), (a, b) => new GeoPoint(a.Lat, a.Lng).MetersTo(new GeoPoint(b.Lat, b.Lng))).Sum(), 0.01);
    }

    [Fact]
    public async Task Way_FromAPlaceToItself_TakesNoTime()
    {
        await using var routing = await WithFileAsync(Block);
        var way = await PlanAsync(routing, West, West);
        Assert.Equal((0, 0), (way.Meters, way.Seconds));
    }

    [Fact]
    public async Task Place_OutsideOfTheStreets_GetsAnEstimateAndNoLine()
    {
        await using var routing = await WithFileAsync(Block);
        var way = await PlanAsync(routing, West, new GeoPoint(37.62, -122.38));
        Assert.True(way.IsEstimate);
        Assert.InRange(way.Meters, 1.3 * 16_900, 1.3 * 17_200);
        Assert.InRange(way.Seconds, 1_200, 1_400);
        Assert.Equal(1, routing["estimate"]);
    }

    [Fact]
    public async Task Host_WithoutStreets_Estimates()
    {
        await using var routing = new Planners();
        Assert.True((await PlanAsync(routing, West, East)).IsEstimate);
    }

    [Fact]
    public async Task Estimate_AtNight_IsShorterThanInTheAfternoonRush()
    {
        await using var routing = new Planners();
        var noon = await PlanAsync(routing, West, East);
        routing.Time.Advance(TimeSpan.FromHours(4));
        var rush = await PlanAsync(routing, West, East);
        routing.Time.Advance(TimeSpan.FromHours(8));
        var night = await PlanAsync(routing, West, East);
        Assert.Equal(1.1 * noon.Seconds, rush.Seconds, 1e-6);
        Assert.Equal(0.84 * noon.Seconds, night.Seconds, 1e-6);
        Assert.Equal(noon.Meters, night.Meters);
    }

    [Theory]
    [InlineData("Routing:Osrm", "osrm:5000", "Routing:Osrm must be an http or https URL")]
    [InlineData("Routing:Osrm", "http://user:pass@osrm/", "Routing:Osrm must be an http or https URL")]
    [InlineData("Routing:Osrm", "http://osrm/?key=1", "Routing:Osrm must be an http or https URL")]
    [InlineData("Routing:Streets", "no/such.geojson", "there is no file 'no/such.geojson'")]
    [InlineData("Routing:TimeoutMs", "10", "Routing:TimeoutMs must be 50 to 10000, but is '10'")]
    public async Task Setting_ThatCantBe_IsRefusedByItsName(string name, string value, string expected)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => new Planners(null, (name, value)));
        Assert.Contains(expected, Assert.Single(refused.Failures), StringComparison.Ordinal);
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData("{\"features\":[]}")]
    [InlineData("not json")]
    public async Task File_ThatHoldsNoStreets_IsRefusedWhenTheHostStarts(string content)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(async () => await WithFileAsync(content));
        Assert.StartsWith("Routing:Streets must name a GeoJSON file of streets", Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    private static Task<PlannedWay> PlanAsync(Planners routing, GeoPoint from, GeoPoint to) =>
        routing.Planner.PlanAsync(from, to, TestContext.Current.CancellationToken).AsTask();

    // As a host does: the file is read when it starts.
    private static async Task<Planners> WithFileAsync(string geoJson)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, geoJson, TestContext.Current.CancellationToken);
            var routing = new Planners(null, ("Routing:Streets", path));
            foreach (var service in routing.Services.GetServices<IHostedService>()) await service.StartAsync(TestContext.Current.CancellationToken);
            return routing;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
