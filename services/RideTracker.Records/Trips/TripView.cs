using System.ComponentModel;
using RideTracker.Protocol.Trips;

namespace RideTracker.Records.Trips;

/// <summary>A trip as staff sees it. Times are Unix ms.</summary>
public sealed record TripView(
    string Id,
    [property: Description("new, enroute-to-pickup, arrived-at-pickup, enroute-to-dropoff, complete or canceled.")] string Status,
    [property: Description("Counts the changes of status and driver, from 1; for If-Match.")] int Version,
    string Rider,
    Stop Pickup,
    Stop Dropoff,
    [property: Description("Who drives it; stays after the end.")] string? Driver,
    [property: Description("It waits behind the driver's active trip.")] bool Queued,
    [property: Description("What riders see of the driver, as it was at the assignment.")] DriverCard? Card,
    RouteView? Route,
    [property: Description("While queued: when the driver will be at the pickup, as reckoned.")] long? EtaTime,
    long Created,
    long? Assigned,
    long? Arrived,
    long? Started,
    long? Ended)
{
    public static TripView Of(TripRow row) => new(
        row.Id, row.Status.ToWire(), row.Version, row.Rider,
        new Stop(row.PickupLat, row.PickupLng, row.PickupLabel), new Stop(row.DropoffLat, row.DropoffLng, row.DropoffLabel),
        row.Driver, row.Queued,
        row.CardName is null ? null : new DriverCard(row.CardName, row.CardVehicle, row.CardPlate),
        row.RouteLine is null ? null : new RouteView(row.RouteVersion, row.RouteSeconds ?? 0, row.RouteGiven),
        row.EtaMs, Ms(row.CreatedAt)!.Value, Ms(row.AssignedAt), Ms(row.ArrivedAt), Ms(row.StartedAt), Ms(row.EndedAt));

    private static long? Ms(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();
}

/// <summary>The planned way to the next stop; its line is at <c>GET /v1/trips/{id}/route</c>.</summary>
/// <param name="Version">Its number in the trip, rising.</param>
/// <param name="Seconds">How long it takes from end to end.</param>
/// <param name="Given">By an operator; else planned here.</param>
public sealed record RouteView(int Version, double Seconds, bool Given);
