using RideTracker.Fleet.Planning;
using RideTracker.Protocol.Streets;

namespace RideTracker.Fleet;

/// <summary>A crossing with a name that people would say.</summary>
/// <param name="Node">Its number in the street graph.</param>
/// <param name="Position">Where it lies.</param>
/// <param name="Label">A landmark, or the names of the two streets that cross.</param>
public sealed record Place(int Node, GeoPoint Position, string Label);

/// <summary>Finds the crossings of a street graph that have a name.</summary>
internal static class PlaceFinder
{
    /// <summary>Landmarks first, then every crossing of two named streets that no car would have to stop on a motorway for.</summary>
    public static IReadOnlyList<Place> Find(StreetGraph graph, IEnumerable<(string Name, Spot At)> landmarks)
    {
        var places = new List<Place>();
        var taken = new HashSet<int>();
        foreach (var (name, at) in landmarks)
        {
            var node = graph.NearestNode(at.ToGeo());
            if (taken.Add(node)) places.Add(new(node, graph.Position(node), name));
        }

        var names = new SortedDictionary<int, List<string>>();
        var barred = new HashSet<int>();
        foreach (var (node, street) in graph.Crossings())
        {
            if (street.IsMotorway) barred.Add(node);
            if (street.Name is not { } name) continue;
            if (!names.TryGetValue(node, out var list)) names.Add(node, list = []);
            if (!list.Contains(name)) list.Add(name);
        }

        foreach (var (node, list) in names)
        {
            if (list.Count < 2 || barred.Contains(node) || !taken.Add(node)) continue;
            places.Add(new(node, graph.Position(node), $"{list[0]} & {list[1]}"));
        }

        return places;
    }
}
