using RideTracker.Fleet.Driving;
using RideTracker.Protocol;
using RideTracker.Protocol.Streets;

namespace RideTracker.Fleet.Rides;

/// <summary>Hears of the fleet's rides, in the order of each ride's life. Implement it to make trips of them.</summary>
/// <remarks>
/// The car waits for each call, so it should be quick. A call that throws is logged and repeated after two seconds until it succeeds, so make each idempotent.
/// Calls for different rides come at the same time.
/// </remarks>
public interface IRides
{
    /// <summary>A rider asks for a ride: give it an id. Nobody drives it yet.</summary>
    ValueTask<TripId> RequestedAsync(RidePlan plan, CancellationToken cancellationToken);

    /// <summary>The driver has taken it and drives to the pick-up.</summary>
    ValueTask AssignedAsync(Ride ride, Leg toPickup, CancellationToken cancellationToken);

    /// <summary>The car waits at the pick-up.</summary>
    ValueTask ArrivedAsync(Ride ride, CancellationToken cancellationToken);

    /// <summary>The rider is in the car, which drives to the drop-off.</summary>
    ValueTask StartedAsync(Ride ride, Leg toDropoff, CancellationToken cancellationToken);

    /// <summary>The rider is out.</summary>
    ValueTask CompletedAsync(Ride ride, CancellationToken cancellationToken);
}

/// <summary>The way to the next stop, as planned.</summary>
/// <param name="Line">Two points at least.</param>
/// <param name="LengthMeters">Along the line.</param>
/// <param name="Seconds">How long the drive takes, lights included.</param>
public sealed record Leg(IReadOnlyList<GeoPoint> Line, double LengthMeters, double Seconds)
{
    internal static Leg Of(Drive drive) => new(drive.Route.Points, drive.Route.LengthMeters, drive.Seconds);
}

/// <summary>A ride that a rider asks for.</summary>
/// <param name="Driver">Who is going to drive it.</param>
public sealed record RidePlan(SimulatedDriver Driver, Place Pickup, Place Dropoff);

/// <summary>Where a ride stands.</summary>
public enum RidePhase
{
    Requested,
    ToPickup,
    AtPickup,
    ToDropoff,
    Complete,
}

/// <summary>A ride under way.</summary>
public sealed class Ride
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly TimeSpan _planned;
    private volatile int _phase;

    internal Ride(TripId id, RidePlan plan, TimeSpan planned, TimeProvider time)
    {
        Id = id;
        Plan = plan;
        _planned = planned;
        _time = time;
        _start = time.GetTimestamp();
    }

    public TripId Id { get; }

    public RidePlan Plan { get; }

    public RidePhase Phase
    {
        get => (RidePhase)_phase;
        internal set => _phase = (int)value;
    }

    /// <summary>How long it goes on: to the pick-up, the wait there, to the drop-off. Zero when over.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var left = _planned - _time.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }
}
