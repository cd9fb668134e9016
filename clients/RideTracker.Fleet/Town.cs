using RideTracker.Fleet.Planning;
using RideTracker.Protocol.Streets;

namespace RideTracker.Fleet;

/// <summary>Marenbrook: a small city that exists only here, made by code from a seed, so that it needs no download and no licence.</summary>
/// <remarks>
/// <para>
/// A town of about 5 x 4 km on a bay: a rough shore with a harbour, a river with bridges, parks, a motorway, and quarters each with a grid of its own.
/// <c>var town = Town.Create(seed);</c> then <see cref="Graph"/> to drive in it, <see cref="Places"/> to be picked up at, and <see cref="ToGeoJson"/> for the map.
/// </para>
/// <para>The same seed gives the same town, byte for byte, on every machine. Making one takes a fraction of a second. Immutable and thread-safe.</para>
/// </remarks>
public sealed class Town
{
    /// <summary>The town's name.</summary>
    public const string Name = "Marenbrook";

    /// <summary>The seed of the town that demo and simulator share.</summary>
    public const int DefaultSeed = 1;

    private readonly byte[] _geoJson;

    private Town(IReadOnlyList<Street> streets, StreetGraph graph, IReadOnlyList<Place> places, byte[] geoJson)
    {
        Streets = streets;
        Graph = graph;
        Places = places;
        _geoJson = geoJson;
    }

    public IReadOnlyList<Street> Streets { get; }

    public StreetGraph Graph { get; }

    /// <summary>Where riders are picked up and dropped off; the landmarks first.</summary>
    public IReadOnlyList<Place> Places { get; }

    /// <summary>Makes the town of a seed.</summary>
    public static Town Create(int seed = DefaultSeed)
    {
        var random = SeededRandom.Stream(seed, 0);
        var shape = new TownShape(random);
        var plan = new TownPlan(shape, random);
        var pieces = TownStreets.Keep(new CrossingMaker(plan.Draw()).Make(), random);
        var streets = TownStreets.Join(pieces);
        var graph = StreetGraph.Build(streets);
        return new Town(streets, graph, PlaceFinder.Find(graph, TownLandmarks.All), TownGeoJson.Write(shape, streets, TownScenery.Of(shape, plan.Carriageways, pieces)));
    }

    /// <summary>
    /// The map as a GeoJSON FeatureCollection in UTF-8: LineStrings with <c>highway</c>, <c>name</c>, <c>oneway</c> (only true) and <c>maxspeed_kmh</c>;
    /// LineStrings with <c>kind</c> <c>bridge</c>, <c>country</c> (both with the class as <c>road</c>), <c>rail</c> or <c>waterway</c>, which are for the eye only;
    /// Polygons with <c>kind</c> <c>land</c>, <c>water</c> or <c>park</c>; Points with <c>kind</c> <c>area</c>, <c>water-name</c> or <c>park-name</c> and <c>name</c>.
    /// </summary>
    public ReadOnlyMemory<byte> ToGeoJson() => _geoJson;
}
