using RideTracker.Protocol.Streets;

namespace RideTracker.Records.Routing;

/// <summary>Plans a car's way from one place to another, or at least says how far and how long it is.</summary>
public interface IRoutePlanner
{
    /// <summary>Plans a way for a car that leaves now. It always answers: what can't be planned is estimated.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    ValueTask<PlannedWay> PlanAsync(GeoPoint from, GeoPoint to, CancellationToken cancellationToken);
}
