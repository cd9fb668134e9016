using System.Runtime.CompilerServices;
using RideTracker.Client.Records;
using RideTracker.Fleet;
using RideTracker.Fleet.Rides;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;

namespace RideTracker.Demo.Rides;

/// <summary>Makes trips of the fleet's rides by Records' API, as a ride company's own dispatch would. Each command has a key of its own, so a repeated call does nothing twice.</summary>
internal sealed class ApiRides(RecordsClient records, TripBook book) : IRides
{
    private readonly TaskCompletionSource _firstUnderWay = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // A call that failed comes again with the same plan.
    private readonly ConditionalWeakTable<RidePlan, string> _keys = [];

    /// <summary>Ends when the fleet's first trip has a driver.</summary>
    public Task FirstUnderWay => _firstUnderWay.Task;

    public async ValueTask<TripId> RequestedAsync(RidePlan plan, CancellationToken cancellationToken)
    {
        var key = _keys.GetValue(plan, _ => Guid.NewGuid().ToString("N"));
        var trip = await records.CreateTripAsync($"rider-{key[..12]}", StopAt(plan.Pickup), StopAt(plan.Dropoff), key, cancellationToken);
        return book.Begin(TripId.Parse(trip.Id));
    }

    public async ValueTask AssignedAsync(Ride ride, Leg toPickup, CancellationToken cancellationToken)
    {
        var driver = ride.Plan.Driver;
        await records.PutDriverAsync(driver.Id, CardOf(driver), cancellationToken);
        await AssignAsync(ride.Id, driver.Id, toPickup, cancellationToken);
        _firstUnderWay.TrySetResult();
    }

    // Records sees by itself where the car is.
    public ValueTask ArrivedAsync(Ride ride, CancellationToken cancellationToken) => default;

    public async ValueTask StartedAsync(Ride ride, Leg toDropoff, CancellationToken cancellationToken)
    {
        await records.StartAsync(ride.Id, $"{ride.Id.Value}-start", cancellationToken);
        await SetRouteAsync(ride.Id, toDropoff, cancellationToken);
    }

    public async ValueTask CompletedAsync(Ride ride, CancellationToken cancellationToken)
    {
        await records.CompleteAsync(ride.Id, $"{ride.Id.Value}-complete", cancellationToken);
        book.End(ride.Id, completed: true);
    }

    /// <summary>Gives a trip to a driver with the planned way to its pick-up.</summary>
    public async Task AssignAsync(TripId trip, DriverId driver, Leg toPickup, CancellationToken cancellationToken)
    {
        var assigned = await records.AssignAsync(trip, driver, $"{trip.Value}-assign", cancellationToken);
        // Whoever ended an earlier demo abruptly left its trips.
        if (assigned.Queued) await CancelAllButAsync(trip, driver, cancellationToken);
        await SetRouteAsync(trip, toPickup, cancellationToken);
    }

    private async Task CancelAllButAsync(TripId trip, DriverId driver, CancellationToken cancellationToken)
    {
        foreach (var left in await records.ListTripsAsync(driver, cancellationToken))
        {
            if (left.Id != trip.Value && TripStatuses.TryParse(left.Status, out var status) && !status.IsOver())
                await records.CancelAsync(TripId.Parse(left.Id), $"{left.Id}-left", cancellationToken);
        }
    }

    private Task SetRouteAsync(TripId trip, Leg leg, CancellationToken cancellationToken) =>
        records.SetRouteAsync(trip, leg.Line.Select(point => (point.Lng, point.Lat)), leg.Seconds, cancellationToken);

    public static DriverCard CardOf(SimulatedDriver driver) => new(driver.Name, driver.Vehicle, driver.Plate);

    public static Stop StopAt(Place place) => new(place.Position.Lat, place.Position.Lng, place.Label);
}
