using RideTracker.Protocol.Geo;
using RideTracker.Protocol.Streets;

namespace RideTracker.Records.Routing;

/// <summary>Plans ways by itself: over the streets that it has, and where it has none it estimates from the straight line.</summary>
public sealed class StreetPlanner(StreetMap map, RoutingMetrics metrics, TimeProvider time) : IRoutePlanner
{
    // From the nearest crossing. Farther, and the place lies outside of the streets' area: nodes would not find the car on such a way either.
    private const double NearMeters = 300;

    public ValueTask<PlannedWay> PlanAsync(GeoPoint from, GeoPoint to, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Plan(from, to));
    }

    internal PlannedWay Plan(GeoPoint from, GeoPoint to)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (map.Graph is { } graph)
        {
            int start = graph.NearestNode(from), end = graph.NearestNode(to);
            if (from.MetersTo(graph.Position(start)) <= NearMeters && to.MetersTo(graph.Position(end)) <= NearMeters)
            {
                metrics.Planned(PlanSource.Streets);
                return Along(graph.FindRoute(start, end), from, to, now);
            }
        }

        metrics.Planned(PlanSource.Estimate);
        var left = TravelTime.Straight(from.Lat, from.Lng, to.Lat, to.Lng, now, null);
        return new PlannedWay([], left.Meters, left.Seconds);
    }

    // With both places, so that the way begins at the car and ends at the stop and not at the crossings next to them.
    private static PlannedWay Along(Protocol.Streets.Route route, GeoPoint from, GeoPoint to, long nowMs)
    {
        var line = new List<(double Lng, double Lat)>(route.Points.Count + 2) { (from.Lng, from.Lat) };
        line.AddRange(route.Points.Select(point => (point.Lng, point.Lat)));
        line.Add((to.Lng, to.Lat));
        var ends = from.MetersTo(route.Points[0]) + to.MetersTo(route.Points[^1]);
        var meters = route.LengthMeters + ends;
        return new PlannedWay(line, meters, TravelTime.AlongStreets(meters, route.FreeSeconds + ends / EndsMps, nowMs, from.Lng));
    }

    // The lowest of the usual speeds (Street): the street between a place and its crossing is not looked up.
    private const double EndsMps = 30 / 3.6;
}
