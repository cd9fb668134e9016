using RideTracker.Client.Records;
using RideTracker.Fleet;
using RideTracker.Fleet.Rides;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;

namespace RideTracker.Demo.Rides;

/// <summary>A trip for people who report by hand: its driver is no simulated car, and it goes on as long as the demo does.</summary>
internal sealed class HandTrip(Town town, RecordsClient records, ApiRides rides, TripBook book)
{
    // Ordinary cars are faster than the speed limits' sum of a town with lights: about half as long again.
    private const double TrafficFactor = 1.5;

    private readonly string _key = Guid.NewGuid().ToString("N");

    public static DriverId Driver { get; } = DriverId.Parse("demo-driver");

    /// <summary>Its name, once it is made.</summary>
    public TripId? Id { get; private set; }

    /// <summary>Makes it, on the way to the first landmark from the farthest one. May be called again after it failed.</summary>
    /// <exception cref="HttpRequestException">Records can't be reached now.</exception>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        var pickup = town.Places[0];
        var from = town.Places.Take(20).MaxBy(place => place.Position.MetersTo(pickup.Position))!;
        var dropoff = town.Places.Take(20).First(place => place != pickup && place != from);
        var route = town.Graph.FindRoute(from.Node, pickup.Node);
        await records.PutDriverAsync(Driver, new DriverCard("Robin", "Green hatchback", "DEMO 1"), cancellationToken);
        var created = await records.CreateTripAsync("rider-by-hand", ApiRides.StopAt(pickup), ApiRides.StopAt(dropoff), _key, cancellationToken);
        var trip = book.Begin(TripId.Parse(created.Id));
        await rides.AssignAsync(trip, Driver, new Leg(route.Points, route.LengthMeters, route.FreeSeconds * TrafficFactor), cancellationToken);
        Id = trip;
    }
}
