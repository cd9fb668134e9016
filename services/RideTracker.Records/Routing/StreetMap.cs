using RideTracker.Protocol.Streets;

namespace RideTracker.Records.Routing;

/// <summary>Holds the streets that ways are planned over; none where nobody gave any.</summary>
/// <param name="graph">The streets, where the host has them already.</param>
public sealed class StreetMap(StreetGraph? graph = null)
{
    private volatile StreetGraph? _graph = graph;

    public StreetGraph? Graph => _graph;

    internal void Take(StreetGraph graph) => _graph = graph;
}
