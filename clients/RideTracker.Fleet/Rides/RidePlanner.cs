using RideTracker.Fleet.Driving;
using RideTracker.Protocol.Streets;

namespace RideTracker.Fleet.Rides;

/// <summary>Chooses where one driver's rides and idle cruises go.</summary>
/// <remarks>Each driver has its own numbers, so the choices don't depend on what other cars do. Not thread-safe.</remarks>
internal sealed class RidePlanner(StreetGraph graph, IReadOnlyList<Place> places, SeededRandom random)
{
    private const double NearMeters = 2_200;
    private const double ShortestRideMeters = 1_200;

    /// <summary>A ride with both its drives, and the seconds that the car waits for the rider.</summary>
    public sealed record Choice(Place Pickup, Place Dropoff, Drive ToPickup, double WaitSeconds, Drive ToDropoff)
    {
        public TimeSpan Duration => TimeSpan.FromSeconds(ToPickup.Seconds + WaitSeconds + ToDropoff.Seconds);
    }

    /// <param name="node">Where the car stands.</param>
    /// <param name="atLeast">How long the ride must take; it leads through more places until it does.</param>
    public Choice ChooseRide(int node, TimeSpan atLeast)
    {
        var pickup = Choose(p => p.Node != node && Meters(p, node) < NearMeters, p => p.Node != node);
        var dropoff = Choose(p => Meters(p, pickup.Node) > ShortestRideMeters, p => p.Node != pickup.Node);
        var toPickup = new Drive(graph.FindRoute(node, pickup.Node), Traffic(), random);
        var wait = random.Between(15, 20);
        var traffic = Traffic();
        List<int> stops = [pickup.Node, dropoff.Node];
        while (true)
        {
            var toDropoff = new Drive(graph.FindRoute([.. stops]), traffic, random);
            var choice = new Choice(pickup, dropoff, toPickup, wait, toDropoff);
            if (choice.Duration >= atLeast || stops.Count > 200) return choice;
            // Via places far apart, so that a long ride shows much of the town.
            var last = stops[^2];
            stops.Insert(stops.Count - 1, Choose(p => p.Node != last && p.Node != dropoff.Node && Meters(p, last) > NearMeters, p => p.Node != last && p.Node != dropoff.Node).Node);
        }
    }

    /// <summary>A short drive to look for riders.</summary>
    public (Drive Drive, int Node) ChooseCruise(int node)
    {
        var place = Choose(p => p.Node != node && Meters(p, node) < 900, p => p.Node != node);
        return (new Drive(graph.FindRoute(node, place.Node), Traffic() * 0.9, random), place.Node);
    }

    private double Traffic() => random.Between(0.72, 0.98);

    private double Meters(Place place, int node) => place.Position.MetersTo(graph.Position(node));

    // A few tries for what is wanted, then what must be.
    private Place Choose(Func<Place, bool> wanted, Func<Place, bool> must)
    {
        for (var i = 0; i < 40; i++)
        {
            var place = places[random.Below(places.Count)];
            if (wanted(place)) return place;
        }

        return places.First(must);
    }
}
