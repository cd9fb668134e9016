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
        Assert.Equal("80897c5be3129d4b8cdf2dbb05386e3f2a662adcccf0f5921c26193c102aa02f", hash);
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

    [Fact]
    public void Places_HaveLabelsOfTheirOwn_AndLieOnTheirNode()
    {
        Assert.True(Town.Places.Count > 500);
        Assert.All(Town.Places, place => Assert.Equal(place.Position, Town.Graph.Position(place.Node)));
        Assert.Equal("Central Station", Town.Places[0].Label);
    }
}
