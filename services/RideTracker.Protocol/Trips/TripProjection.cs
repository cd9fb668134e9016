using System.Globalization;
using System.Text;
using System.Text.Json;
using RideTracker.Protocol.Hub;

namespace RideTracker.Protocol.Trips;

/// <summary>
/// Writes trips into the hub, where the tracking nodes read them. Every write is whole and idempotent: repeating it, or a crash between its
/// two scripts followed by a repeat, leaves the same. Order: an assigned or changed trip is written to its own key, then to its driver's slot,
/// which numbers it higher; an ended one to the slot first (its watchers get the final state there), then to its key under the same number.
/// A driver's writes are to come in the order of its life: a trip ends or is released before the next one is written as active.
/// </summary>
public sealed class TripProjection(IHubScripts hub)
{
    // trip.lua keeps an ended trip this long, so that late riders learn that it is over (protocol.md section 3: 24 h).
    private static readonly HubScript TripScript = HubScript.Beside(typeof(TripProjection), "trip");
    private static readonly HubScript SlotScript = HubScript.Beside(typeof(TripProjection), "slot");
    private static readonly HubScript EndedScript = HubScript.Beside(typeof(TripProjection), "ended");
    private static readonly HubScript RouteScript = HubScript.Beside(typeof(TripProjection), "route");
    private static readonly HubScript ReleaseScript = HubScript.Beside(typeof(TripProjection), "release");
    private static readonly HubScript DriverlessScript = HubScript.Beside(typeof(TripProjection), "driverless");

    /// <summary>Makes the hub's picture of a trip this one, and tells its watchers.</summary>
    /// <exception cref="ArgumentException">The trip contradicts itself: under way without a driver, or a route of fewer than two points.</exception>
    /// <exception cref="DriverBusyException">The driver is on another trip. The trip's own key has the new picture, without a vehicle, as if it were queued; write it again after that trip.</exception>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
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
                trip is { Queued: true, Eta: { } eta } && !trip.Status.IsOver() ? FormattableString.Invariant($"{eta.ArrivesAtMs},{eta.DistanceMeters:0}") : "",
            ],
            cancellationToken);
        if (trip.Status.IsOver()) await hub.RunAsync(EndedScript, [HubKeys.Ended], [trip.Id.Value], cancellationToken);
        if (active && !trip.Status.IsOver() && number > 0) await WriteSlotAsync(trip, number, cancellationToken);
    }

    /// <summary>
    /// Takes a trip from its driver without ending it: the driver is idle again and its phone has no trip, the trip's riders see no vehicle until it is
    /// written with another driver. Also where it was queued. To be called before that write; repeating it leaves the same.
    /// </summary>
    /// <param name="trip">Which trip.</param>
    /// <param name="driver">Who gives it back.</param>
    /// <param name="version">The version that the trip has without this driver, or with the next one: above the last one that was written with it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async Task ReleaseAsync(TripId trip, DriverId driver, int version, CancellationToken cancellationToken)
    {
        var number = await TakeFromSlotAsync(driver, trip.Value, version, cancellationToken);
        await hub.RunAsync(DriverlessScript, [HubKeys.Trip(trip)], [HubKeys.TripChannel(trip), Text(number), Text(version), driver.Value], cancellationToken);
    }

    /// <summary>
    /// Makes a driver idle whose slot shows a trip that its owner does not know: left by an earlier owner of the trips, or by a database that was restored from
    /// an older copy. The trip's own key stays until it runs out; what is known of a trip is written by <see cref="WriteAsync"/> instead.
    /// </summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public Task ClearDriverAsync(DriverId driver, CancellationToken cancellationToken) => TakeFromSlotAsync(driver, "", 0, cancellationToken);

    private Task<long> TakeFromSlotAsync(DriverId driver, string trip, int version, CancellationToken cancellationToken)
    {
        var partition = HubKeys.Partition(driver, hub.Partitions);
        return hub.RunAsync(
            ReleaseScript,
            [HubKeys.Slot(partition, driver)],
            [driver.Value, HubKeys.DriverChannel(partition, driver), HubKeys.ControlChannel(partition, driver), HubKeys.CellChannel(partition, ""), trip, Text(version)],
            cancellationToken);
    }

    private async Task<long> WriteSlotAsync(Trip trip, long above, CancellationToken cancellationToken)
    {
        var driver = trip.Driver!.Value;
        var partition = HubKeys.Partition(driver, hub.Partitions);
        var number = await hub.RunAsync(
            SlotScript,
            [HubKeys.Slot(partition, driver)],
            [
                driver.Value, HubKeys.DriverChannel(partition, driver), HubKeys.ControlChannel(partition, driver), HubKeys.CellChannel(partition, ""),
                trip.Id.Value, Text(above), trip.Status.ToWire(), Text(trip.Version), Shared(trip), trip.Status.IsOver() ? "1" : "",
                trip.Status.IsOver() ? "null" : ForDriver(trip), NextStop(trip),
            ],
            cancellationToken);
        return number >= 0 ? number : throw new DriverBusyException(driver, $"Driver {driver} is on another trip than {trip.Id}.");
    }

    // Where accept.lua looks for the arrival.
    private static string NextStop(Trip trip) => trip.Status switch
    {
        TripStatus.EnrouteToPickup => FormattableString.Invariant($"pickup,{trip.Pickup.Latitude:0.#######},{trip.Pickup.Longitude:0.#######}"),
        TripStatus.EnrouteToDropoff => FormattableString.Invariant($"dropoff,{trip.Dropoff.Latitude:0.#######},{trip.Dropoff.Longitude:0.#######}"),
        _ => "",
    };

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
        if (trip.Eta is { } eta && !(eta.DistanceMeters >= 0 && double.IsFinite(eta.DistanceMeters) && eta.ArrivesAtMs > 0))
            throw new ArgumentException($"The ETA of trip {trip.Id} is no time and distance.", nameof(trip));
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
