using RideTracker.Fleet;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;

namespace RideTracker.Demo.Rides;

/// <summary>A trip for people who report by hand: its driver is no simulated car, and it goes on as long as the demo does.</summary>
internal sealed class HandTrip(Town town, TripBook book)
{
    // Ordinary cars are faster than the speed limits' sum of a town with lights: about half as long again.
    private const double TrafficFactor = 1.5;

    public static DriverId Driver { get; } = DriverId.Parse("demo-driver");

    public TripId Id { get; } = book.NewName();

    /// <summary>On the way to the first landmark, from the farthest one.</summary>
    public Trip Create()
    {
        var pickup = town.Places[0];
        var from = town.Places.Take(20).MaxBy(place => place.Position.MetersTo(pickup.Position))!;
        var dropoff = town.Places.Take(20).First(place => place != pickup && place != from);
        var route = town.Graph.FindRoute(from.Node, pickup.Node);
        return new Trip(Id, TripStatus.EnrouteToPickup, TripWriter.StopAt(pickup), TripWriter.StopAt(dropoff))
        {
            Driver = Driver,
            Card = new DriverCard("Robin", "Green hatchback", "DEMO 1"),
            Route = new TripRoute(1, [.. route.Points.Select(point => (point.Lng, point.Lat))], route.FreeSeconds * TrafficFactor),
        };
    }
}
