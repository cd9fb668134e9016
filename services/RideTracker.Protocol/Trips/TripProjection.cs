using System.Globalization;
using System.Text;
using System.Text.Json;
using RideTracker.Protocol.Hub;

namespace RideTracker.Protocol.Trips;

/// <summary>
/// Writes trips into the hub, where the tracking nodes read them. Every write is whole and idempotent: repeating it, or a crash between its
/// two scripts followed by a repeat, leaves the same. Order: an assigned or changed trip is written to its own key, then to its driver's slot,
/// which numbers it higher; an ended one to the slot first (its watchers get the final state there), then to its key under the same number.
/// </summary>
public sealed class TripProjection(IHubScripts hub)
{
    // trip.lua keeps an ended trip this long, so that late riders learn that it is over (protocol.md section 3: 24 h).
    private static readonly HubScript TripScript = HubScript.Beside(typeof(TripProjection), "trip");
    private static readonly HubScript SlotScript = HubScript.Beside(typeof(TripProjection), "slot");
    private static readonly HubScript RouteScript = HubScript.Beside(typeof(TripProjection), "route");

    /// <summary>Makes the hub's picture of a trip this one, and tells its watchers.</summary>
    /// <exception cref="ArgumentException">The trip contradicts itself: under way without a driver, or a route of fewer than two points.</exception>
    public async Task WriteAsync(Trip trip, CancellationToken cancellationToken)
    {
        Validate(trip);
        if (trip.Route is { } route) await WriteRouteAsync(trip.Id, route, cancellationToken);
        var number = 0L;
        var active = trip.Driver is not null && !trip.Queued;
        if (active && trip.Status.IsOver()) number = await WriteSlotAsync(trip, number, cancellationToken);
        number = await hub.RunAsync(
            TripScript,
            [HubKeys.Trip(trip.Id), HubKeys.Route(trip.Id)],
            [
                trip.Id.Value, HubKeys.TripChannel(trip.Id), Text(number), trip.Status.ToWire(), Text(trip.Version),
                trip.Driver?.Value ?? "", Shared(trip), trip.Status.IsOver() ? "1" : "",
            ],
            cancellationToken);
        if (active && !trip.Status.IsOver() && number > 0) await WriteSlotAsync(trip, number, cancellationToken);
    }

    private Task<long> WriteSlotAsync(Trip trip, long above, CancellationToken cancellationToken)
    {
        var driver = trip.Driver!.Value;
        var partition = HubKeys.Partition(driver, hub.Partitions);
        return hub.RunAsync(
            SlotScript,
            [HubKeys.Slot(partition, driver)],
            [
                driver.Value, HubKeys.DriverChannel(partition, driver), HubKeys.ControlChannel(partition, driver), HubKeys.CellChannel(partition, ""),
                trip.Id.Value, Text(above), trip.Status.ToWire(), Text(trip.Version), Shared(trip), trip.Status.IsOver() ? "1" : "",
                trip.Status.IsOver() ? "null" : ForDriver(trip),
            ],
            cancellationToken);
    }

    private Task WriteRouteAsync(TripId trip, TripRoute route, CancellationToken cancellationToken)
    {
        var json = Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("version"u8, route.Version);
            writer.WriteNumber("seconds"u8, Math.Round(route.Seconds, 1));
            writer.WriteStartArray("line"u8);
            foreach (var (lng, lat) in route.Line)
            {
                writer.WriteStartArray();
                writer.WriteNumberValue(Math.Round(lng, 6));
                writer.WriteNumberValue(Math.Round(lat, 6));
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
        return hub.RunAsync(RouteScript, [HubKeys.Route(trip)], [Text(route.Version), json], cancellationToken);
    }

    private static void Validate(Trip trip)
    {
        if (trip.Driver is null && trip.Status is not (TripStatus.New or TripStatus.Canceled))
            throw new ArgumentException($"Trip {trip.Id} is {trip.Status.ToWire()} without a driver.", nameof(trip));
        if (trip.Route is { Line.Count: < 2 })
            throw new ArgumentException($"The route of trip {trip.Id} has fewer than two points.", nameof(trip));
    }

    // The members of the rider's state that the trip itself brings, as the inside of a JSON object: nodes put them into every state as they are.
    // A trip that is over shows nothing of its driver any more.
    private static string Shared(Trip trip)
    {
        var json = Json(writer =>
        {
            writer.WriteStartObject();
            if (trip.Route is { } route && !trip.Status.IsOver()) writer.WriteNumber("route"u8, route.Version);
            WriteStop(writer, "pickup", trip.Pickup);
            WriteStop(writer, "dropoff", trip.Dropoff);
            if (trip is { Card: { } card, Driver: not null } && !trip.Status.IsOver())
            {
                writer.WriteStartObject("driver"u8);
                writer.WriteString("name"u8, card.Name);
                if (card.Vehicle is not null) writer.WriteString("vehicle"u8, card.Vehicle);
                if (card.Plate is not null) writer.WriteString("plate"u8, card.Plate);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        });
        return json[1..^1];
    }

    private static string ForDriver(Trip trip) => Json(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, trip.Id.Value);
        writer.WriteString("status"u8, trip.Status.ToWire());
        writer.WriteNumber("version"u8, trip.Version);
        WriteStop(writer, "pickup", trip.Pickup);
        WriteStop(writer, "dropoff", trip.Dropoff);
        writer.WriteEndObject();
    });

    private static void WriteStop(Utf8JsonWriter writer, string name, Stop stop)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("lat"u8, stop.Latitude);
        writer.WriteNumber("lng"u8, stop.Longitude);
        if (stop.Label is not null) writer.WriteString("label"u8, stop.Label);
        writer.WriteEndObject();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) write(writer);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
