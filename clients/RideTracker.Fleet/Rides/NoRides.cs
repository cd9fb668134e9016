using RideTracker.Protocol;

namespace RideTracker.Fleet.Rides;

/// <summary>For fleets whose rides nobody follows: the cars drive all the same.</summary>
internal sealed class NoRides : IRides
{
    private int _count;

    public ValueTask<TripId> RequestedAsync(RidePlan plan, CancellationToken cancellationToken) => new(TripId.Parse($"sim-{Interlocked.Increment(ref _count)}"));

    public ValueTask AssignedAsync(Ride ride, Leg toPickup, CancellationToken cancellationToken) => default;

    public ValueTask ArrivedAsync(Ride ride, CancellationToken cancellationToken) => default;

    public ValueTask StartedAsync(Ride ride, Leg toDropoff, CancellationToken cancellationToken) => default;

    public ValueTask CompletedAsync(Ride ride, CancellationToken cancellationToken) => default;
}
