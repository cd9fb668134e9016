namespace RideTracker.Protocol.Streets;

/// <summary>Turns streets, connected where they share a point, into crossings and arcs.</summary>
internal sealed class StreetGraphBuilder(IReadOnlyList<Street> streets)
{
    public StreetGraph Build()
    {
        // A point is a crossing when a street ends there or when two pass through it; the others only bend a street.
        var uses = new Dictionary<GeoPoint, int>();
        foreach (var street in streets)
        {
            for (var i = 0; i < street.Points.Count; i++)
            {
                var weight = i == 0 || i == street.Points.Count - 1 ? 2 : 1;
                uses[street.Points[i]] = uses.GetValueOrDefault(street.Points[i]) + weight;
            }
        }

        var numbers = new Dictionary<GeoPoint, int>();
        var nodes = new List<GeoPoint>();
        var arcs = new List<StreetGraph.Arc>();
        for (var s = 0; s < streets.Count; s++)
        {
            AddArcs(s, uses, numbers, nodes, arcs);
        }

        return KeepConnected(nodes, arcs);
    }

    private void AddArcs(int s, Dictionary<GeoPoint, int> uses, Dictionary<GeoPoint, int> numbers, List<GeoPoint> nodes, List<StreetGraph.Arc> arcs)
    {
        var street = streets[s];
        var start = 0;
        var meters = 0.0;
        for (var i = 1; i < street.Points.Count; i++)
        {
            meters += street.Points[i - 1].MetersTo(street.Points[i]);
            if (uses[street.Points[i]] < 2)
            {
                continue;
            }

            var points = new GeoPoint[i - start + 1];
            for (var j = start; j <= i; j++)
            {
                points[j - start] = street.Points[j];
            }

            var from = Number(points[0]);
            var to = Number(points[^1]);
            if (from != to && meters > 0)
            {
                arcs.Add(new(from, to, s, meters, street.SpeedMps, points, Reversed: false));
                if (!street.OneWay)
                {
                    arcs.Add(new(to, from, s, meters, street.SpeedMps, points, Reversed: true));
                }
            }

            start = i;
            meters = 0;
        }

        int Number(GeoPoint point)
        {
            if (!numbers.TryGetValue(point, out var number))
            {
                number = nodes.Count;
                numbers.Add(point, number);
                nodes.Add(point);
            }

            return number;
        }
    }

    private StreetGraph KeepConnected(List<GeoPoint> nodes, List<StreetGraph.Arc> arcs)
    {
        var keep = StrongComponents.Largest(nodes.Count, [.. arcs.Select(a => (a.From, a.To))]);
        var numbers = new int[nodes.Count];
        var kept = new List<GeoPoint>();
        for (var i = 0; i < nodes.Count; i++)
        {
            numbers[i] = kept.Count;
            if (keep[i])
            {
                kept.Add(nodes[i]);
            }
        }

        var sorted = arcs
            .Where(a => keep[a.From] && keep[a.To])
            .Select(a => a with { From = numbers[a.From], To = numbers[a.To] })
            .OrderBy(a => a.From)
            .ToArray();
        if (sorted.Length == 0)
        {
            throw new ArgumentException("There is no street to drive on: no two crossings are connected in both directions.", nameof(streets));
        }

        var firstArc = new int[kept.Count + 1];
        var neighbours = new HashSet<int>[kept.Count];
        var majorEnds = new int[kept.Count];
        for (var i = 0; i < kept.Count; i++)
        {
            neighbours[i] = [];
        }

        foreach (var arc in sorted)
        {
            firstArc[arc.From + 1]++;
            neighbours[arc.From].Add(arc.To);
            neighbours[arc.To].Add(arc.From);
            majorEnds[arc.To] += streets[arc.Street].IsMajor ? 1 : 0;
        }

        for (var i = 0; i < kept.Count; i++)
        {
            firstArc[i + 1] += firstArc[i];
        }

        var hasLights = new bool[kept.Count];
        for (var i = 0; i < kept.Count; i++)
        {
            hasLights[i] = neighbours[i].Count > 2 && majorEnds[i] > 0;
        }

        return new StreetGraph(streets, [.. kept], hasLights, sorted, firstArc);
    }
}
