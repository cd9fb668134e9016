using System.Collections.Concurrent;

namespace RideTracker.Protocol.Streets;

/// <summary>The crossings of a street network and the ways between them, for finding routes.</summary>
/// <remarks>
/// <para>
/// Build it from a list of streets (<see cref="Build"/>) or from a GeoJSON file (<see cref="LoadGeoJsonAsync"/>), then ask
/// <see cref="FindRoute"/> between two node numbers. <see cref="NearestNode"/> turns a place into a node.
/// </para>
/// <para>Only the largest strongly connected part of the streets is kept, so there is a route between any two nodes. Immutable and thread-safe.</para>
/// </remarks>
public sealed partial class StreetGraph
{
    private readonly GeoPoint[] _nodes;
    private readonly bool[] _hasLights;
    private readonly Arc[] _arcs;
    private readonly int[] _firstArc;
    private readonly double _topSpeedMps;
    private readonly ConcurrentBag<RouteSearch> _searches = [];

    internal StreetGraph(IReadOnlyList<Street> streets, GeoPoint[] nodes, bool[] hasLights, Arc[] arcs, int[] firstArc)
    {
        Streets = streets;
        _nodes = nodes;
        _hasLights = hasLights;
        _arcs = arcs;
        _firstArc = firstArc;
        _topSpeedMps = arcs.Max(a => a.SpeedMps);
    }

    /// <summary>The streets that the graph was built from, those outside its connected part included.</summary>
    public IReadOnlyList<Street> Streets { get; }

    public int NodeCount => _nodes.Length;

    /// <summary>Directed ways between crossings; a two-way street counts twice.</summary>
    public int ArcCount => _arcs.Length;

    /// <summary>Builds the graph of a list of streets.</summary>
    /// <exception cref="ArgumentException">There is no street to drive on.</exception>
    public static StreetGraph Build(IReadOnlyList<Street> streets) => new StreetGraphBuilder(streets).Build();

    /// <summary>Where a node lies.</summary>
    public GeoPoint Position(int node) => _nodes[node];

    /// <summary>The node nearest to a place, by straight line.</summary>
    public int NearestNode(GeoPoint place)
    {
        var best = 0;
        var bestMeters = double.MaxValue;
        for (var i = 0; i < _nodes.Length; i++)
        {
            var meters = place.MetersTo(_nodes[i]);
            if (meters < bestMeters)
            {
                (best, bestMeters) = (i, meters);
            }
        }

        return best;
    }

    /// <summary>The quickest route through the given nodes, in their order.</summary>
    /// <param name="nodes">At least two node numbers: start, any stops between, end.</param>
    /// <exception cref="ArgumentException">Fewer than two nodes.</exception>
    public Route FindRoute(params ReadOnlySpan<int> nodes)
    {
        if (nodes.Length < 2)
        {
            throw new ArgumentException("A route needs a start and an end.", nameof(nodes));
        }

        var builder = new RouteBuilder();
        var search = _searches.TryTake(out var pooled) ? pooled : new RouteSearch(this);
        for (var i = 1; i < nodes.Length; i++)
        {
            foreach (var arc in search.Find(nodes[i - 1], nodes[i]))
            {
                builder.Add(_arcs[arc], _hasLights[_arcs[arc].To]);
            }
        }

        _searches.Add(search);
        return builder.Build(_nodes[nodes[0]]);
    }

    /// <summary>Each crossing with each street that leads to or from it, in a fixed order.</summary>
    public IEnumerable<(int Node, Street Street)> Crossings() =>
        _arcs.SelectMany(a => new[] { (a.From, Streets[a.Street]), (a.To, Streets[a.Street]) });

    /// <summary>A way from one crossing to the next, in one direction.</summary>
    internal readonly record struct Arc(int From, int To, int Street, double LengthMeters, double SpeedMps, GeoPoint[] Points, bool Reversed)
    {
        public double Seconds => LengthMeters / SpeedMps;

        /// <summary>The point number <paramref name="i"/> in the driving direction.</summary>
        public GeoPoint PointAt(int i) => Points[Reversed ? Points.Length - 1 - i : i];
    }

    /// <summary>One A* search after another on the same arrays; not thread-safe, hence pooled.</summary>
    private sealed class RouteSearch(StreetGraph graph)
    {
        private readonly double[] _seconds = new double[graph._nodes.Length];
        private readonly int[] _arriving = new int[graph._nodes.Length];
        private readonly int[] _round = new int[graph._nodes.Length];
        private readonly bool[] _settled = new bool[graph._nodes.Length];
        private readonly PriorityQueue<int, double> _open = new();
        private readonly List<int> _found = [];
        private int _currentRound;

        /// <summary>The arcs of the quickest way; empty when both ends are one node. Valid until the next call.</summary>
        public List<int> Find(int from, int to)
        {
            // Numbering the rounds saves clearing the arrays for each search.
            _currentRound++;
            _open.Clear();
            _found.Clear();
            Reach(from, 0, -1, to);
            while (_open.TryDequeue(out var node, out _))
            {
                if (node == to)
                {
                    break;
                }

                if (_settled[node])
                {
                    continue;
                }

                _settled[node] = true;
                for (var i = graph._firstArc[node]; i < graph._firstArc[node + 1]; i++)
                {
                    var arc = graph._arcs[i];
                    var seconds = _seconds[node] + arc.Seconds;
                    if (_round[arc.To] != _currentRound || (!_settled[arc.To] && seconds < _seconds[arc.To]))
                    {
                        Reach(arc.To, seconds, i, to);
                    }
                }
            }

            for (var node = to; node != from; node = graph._arcs[_arriving[node]].From)
            {
                _found.Add(_arriving[node]);
            }

            _found.Reverse();
            return _found;
        }

        private void Reach(int node, double seconds, int arc, int goal)
        {
            _round[node] = _currentRound;
            _seconds[node] = seconds;
            _arriving[node] = arc;
            _settled[node] = false;
            _open.Enqueue(node, seconds + (graph._nodes[node].MetersTo(graph._nodes[goal]) / graph._topSpeedMps));
        }
    }
}
