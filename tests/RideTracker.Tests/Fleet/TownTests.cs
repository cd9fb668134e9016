using System.Security.Cryptography;
using System.Text.Json;
using RideTracker.Fleet;
using RideTracker.Protocol.Streets;

namespace RideTracker.Tests.Fleet;

/// <summary>The town is the same everywhere, whole, and drivable.</summary>
public class TownTests
{
    private static readonly Town Town = Town.Create();

    [Fact]
    public void Town_OfTheDefaultSeed_IsTheSameBytesOnEveryMachine()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Town.ToGeoJson().Span));
        Assert.Equal("37b01f83463bbd2eb6732bb6f07889799f092310757111c8d300b97ed96ec033", hash);
    }

    [Fact]
    public void Town_OfAnotherSeed_IsAnotherTown() =>
        Assert.False(Town.Create(2).ToGeoJson().Span.SequenceEqual(Town.ToGeoJson().Span));

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5)]
    public void Town_OfAnySeed_HasAllClassesAndIsOneConnectedGraph(int seed)
    {
        var town = Town.Create(seed);
        Assert.InRange(town.Graph.NodeCount, 1_000, 2_500);
        Assert.Superset(new HashSet<string> { "motorway", "motorway_link", "primary", "secondary", "tertiary", "residential" }, town.Streets.Select(s => s.Highway).ToHashSet());
        Assert.Contains(town.Streets, s => s is { OneWay: true, Highway: "residential" });
        // Nothing of what is drawn was left out of the graph: every crossing can be driven to.
        var ends = town.Streets.SelectMany(s => new[] { s.Points[0], s.Points[^1] }).Distinct();
        Assert.All(ends, end => Assert.Equal(end, town.Graph.Position(town.Graph.NearestNode(end))));
    }

    [Fact]
    public async Task GeoJson_IsReadBackAsTheSameStreets()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var graph = await StreetGraph.LoadGeoJsonAsync(new MemoryStream(Town.ToGeoJson().ToArray()), cancellation);
        Assert.Equal(Town.Graph.NodeCount, graph.NodeCount);
        Assert.Equal(Town.Graph.ArcCount, graph.ArcCount);
        Assert.Equal(Town.Streets.Select(s => (s.Highway, s.Name, s.OneWay, s.MaxSpeedKmh)), graph.Streets.Select(s => (s.Highway, s.Name, s.OneWay, s.MaxSpeedKmh)));
    }

    [Fact]
    public void GeoJson_HasWhatTheMapReads()
    {
        using var document = JsonDocument.Parse(Town.ToGeoJson());
        var features = document.RootElement.GetProperty("features").EnumerateArray().ToList();
        var kinds = features.Select(f => f.GetProperty("properties").TryGetProperty("kind", out var kind) ? kind.GetString() : "street").ToHashSet();
        Assert.Superset(new HashSet<string?> { "land", "water", "park", "area", "street" }, kinds);
        Assert.DoesNotContain(features, f => f.GetProperty("properties").TryGetProperty("oneway", out var oneway) && oneway.ValueKind != JsonValueKind.True);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3)]
    public void Streets_EndAtTheShore_AndCrossTheRiverOnBridgesOnly(int seed)
    {
        var town = Town.Create(seed);
        using var document = JsonDocument.Parse(town.ToGeoJson());
        var features = document.RootElement.GetProperty("features").EnumerateArray().ToList();
        var lands = features.Where(f => IsKind(f, "land")).Select(f => RingOf(f)).ToList();
        var waters = features.Where(f => IsKind(f, "water")).Select(f => RingOf(f)).ToList();
        var bridges = features.Where(f => IsKind(f, "bridge")).Select(f => LineOf(f)).ToList();
        Assert.True(bridges.Count > 8);
        var wet = 0;
        foreach (var point in town.Streets.SelectMany(street => Every(street.Points, 10)))
        {
            var isDry = lands.Any(ring => Encloses(ring, point)) && !waters.Any(ring => Encloses(ring, point));
            if (isDry) continue;
            wet++;
            Assert.True(bridges.Any(bridge => Every(bridge, 5).Any(on => on.MetersTo(point) < 8)), $"A street stands in the water at {point.Lat}, {point.Lng}.");
        }

        Assert.True(wet > 20);
    }

    [Fact]
    public void Map_NamesQuartersParksAndWaters_AndStreetsReadWell()
    {
        using var document = JsonDocument.Parse(Town.ToGeoJson());
        var features = document.RootElement.GetProperty("features").EnumerateArray().ToList();
        string[] Names(string kind) => [.. features.Where(f => IsKind(f, kind)).Select(f => f.GetProperty("properties").GetProperty("name").GetString()!)];
        Assert.Contains("Old Town", Names("area"));
        Assert.Contains("Maren Bay", Names("water-name"));
        Assert.Contains("Lake Park", Names("park-name"));
        var streets = Town.Streets.Select(street => street.Name!).Distinct().ToList();
        Assert.Contains("Esplanade", streets);
        Assert.Contains("1st Street", streets);
        Assert.All(streets, name => Assert.Matches("^([A-Z1-9][A-Za-z0-9]*)( [A-Z][a-z]+){0,3}$", name));
    }

    [Fact]
    public void Town_IsDrawnInABudgetOfBytes() => Assert.InRange(Town.ToGeoJson().Length, 200_000, 400_000);

    private static bool IsKind(JsonElement feature, string kind) =>
        feature.GetProperty("properties").TryGetProperty("kind", out var value) && value.GetString() == kind;

    private static List<GeoPoint> RingOf(JsonElement feature) => PointsOf(feature.GetProperty("geometry").GetProperty("coordinates")[0]);

    private static List<GeoPoint> LineOf(JsonElement feature) => PointsOf(feature.GetProperty("geometry").GetProperty("coordinates"));

    private static List<GeoPoint> PointsOf(JsonElement coordinates) => [.. coordinates.EnumerateArray().Select(point => new GeoPoint(point[1].GetDouble(), point[0].GetDouble()))];

    private static IEnumerable<GeoPoint> Every(IReadOnlyList<GeoPoint> line, double meters)
    {
        for (var i = 1; i < line.Count; i++)
        {
            var steps = Math.Max(1, (int)(line[i - 1].MetersTo(line[i]) / meters));
            for (var step = 0; step <= steps; step++)
            {
                var share = (double)step / steps;
                yield return new(line[i - 1].Lat + ((line[i].Lat - line[i - 1].Lat) * share), line[i - 1].Lng + ((line[i].Lng - line[i - 1].Lng) * share));
            }
        }
    }

    private static bool Encloses(List<GeoPoint> ring, GeoPoint point)
    {
        var inside = false;
        for (int i = 0, j = ring.Count - 1; i < ring.Count; j = i++)
        {
            var (a, b) = (ring[i], ring[j]);
            if (a.Lat > point.Lat != b.Lat > point.Lat && point.Lng < ((b.Lng - a.Lng) * (point.Lat - a.Lat) / (b.Lat - a.Lat)) + a.Lng) inside = !inside;
        }

        return inside;
    }

    [Fact]
    public void Places_HaveLabelsOfTheirOwn_AndLieOnTheirNode()
    {
        Assert.True(Town.Places.Count > 500);
        Assert.All(Town.Places, place => Assert.Equal(place.Position, Town.Graph.Position(place.Node)));
        Assert.Equal("Central Station", Town.Places[0].Label);
    }
}
