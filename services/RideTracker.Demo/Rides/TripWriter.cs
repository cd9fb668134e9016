using RideTracker.Fleet;
using RideTracker.Fleet.Rides;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;

namespace RideTracker.Demo.Rides;

/// <summary>Makes trips of the fleet's rides: writes each step into the hub, where the tracking nodes read it.</summary>
/// <remarks>Stands in for Records, which will own trips. Repeating a call writes the same again.</remarks>
internal sealed class TripWriter(TripProjection projection, TripBook book) : IRides
{
    private readonly TaskCompletionSource _firstUnderWay = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the fleet's first trip has a driver.</summary>
    public Task FirstUnderWay => _firstUnderWay.Task;

    public async ValueTask<TripId> RequestedAsync(RidePlan plan, CancellationToken cancellationToken)
    {
        var trip = new Trip(book.NewName(), TripStatus.New, StopAt(plan.Pickup), StopAt(plan.Dropoff));
        await WriteAsync(trip, cancellationToken);
        return trip.Id;
    }

    public async ValueTask AssignedAsync(Ride ride, Leg toPickup, CancellationToken cancellationToken)
    {
        var driver = ride.Plan.Driver;
        var assigned = book[ride.Id] with
        {
            Status = TripStatus.EnrouteToPickup,
            Version = 2,
            Driver = driver.Id,
            Card = new DriverCard(driver.Name, driver.Vehicle, driver.Plate),
            Route = RouteOf(1, toPickup),
        };
        await WriteAsync(assigned, cancellationToken);
        _firstUnderWay.TrySetResult();
    }

    public ValueTask ArrivedAsync(Ride ride, CancellationToken cancellationToken) =>
        WriteAsync(book[ride.Id] with { Status = TripStatus.ArrivedAtPickup, Version = 3 }, cancellationToken);

    public ValueTask StartedAsync(Ride ride, Leg toDropoff, CancellationToken cancellationToken) =>
        WriteAsync(book[ride.Id] with { Status = TripStatus.EnrouteToDropoff, Version = 4, Route = RouteOf(2, toDropoff) }, cancellationToken);

    public ValueTask CompletedAsync(Ride ride, CancellationToken cancellationToken) =>
        WriteAsync(book[ride.Id] with { Status = TripStatus.Complete, Version = 5 }, cancellationToken);

    /// <summary>Writes a trip that is no simulated ride.</summary>
    public async ValueTask WriteAsync(Trip trip, CancellationToken cancellationToken)
    {
        try
        {
            await projection.WriteAsync(trip, cancellationToken);
        }
        catch (DriverBusyException busy)
        {
            // A demo that was killed left its trips in the hub, which goes on: nobody else would ever end them.
            await projection.ClearDriverAsync(busy.Driver, cancellationToken);
            await projection.WriteAsync(trip, cancellationToken);
        }

        book.Note(trip);
    }

    private static TripRoute RouteOf(int version, Leg leg) => new(version, [.. leg.Line.Select(point => (point.Lng, point.Lat))], leg.Seconds);

    public static Stop StopAt(Place place) => new(place.Position.Lat, place.Position.Lng, place.Label);
}
