using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RideTracker.Protocol.Trips;
using RideTracker.Records.Database;
using RideTracker.Records.Drivers;
using RideTracker.Records.Events;
using RideTracker.Records.Outbox;

namespace RideTracker.Records.Trips;

/// <summary>
/// Makes a legal move of a trip, in the caller's transaction and under its drivers' locks (<see cref="DriverLocks"/>): the trip itself, the one that was queued behind it,
/// the outbox and the events. What is legal <see cref="TripMachine"/> says.
/// </summary>
public sealed class TripChanges(OutboxWriter outbox, EventLog events, TimeProvider time)
{
    /// <summary>Gives the trip to a driver, as its active trip or, behind another, queued.</summary>
    public async Task AssignAsync(RecordsDb db, TripRow trip, DriverRow driver, bool queued, CancellationToken cancellationToken)
    {
        var (before, wasActive) = (trip.Driver, trip.IsActive);
        var now = time.GetUtcNow();
        trip.Status = TripStatus.EnrouteToPickup;
        trip.Version++;
        trip.Driver = driver.Id;
        trip.Queued = queued;
        trip.CardName = FirstName(driver.Name);
        trip.CardVehicle = driver.Vehicle;
        trip.CardPlate = driver.Plate;
        trip.AssignedAt = now;
        trip.ActiveAt = queued ? null : now;
        trip.ArrivedAt = null;
        ForgetRoute(trip);
        outbox.Add(db, TripProjector.Word, trip.Id, before is null ? null : new TripProjector.Released(before, trip.Version));
        await SaveAsync(db, trip, now, cancellationToken);
        if (before is not null && wasActive) await PromoteAsync(db, before, now, cancellationToken);
    }

    /// <summary>Makes a move other than an assignment.</summary>
    /// <param name="next">What <see cref="TripMachine.Next"/> said.</param>
    public async Task MoveAsync(RecordsDb db, TripRow trip, TripStatus next, CancellationToken cancellationToken)
    {
        var wasActive = trip.IsActive;
        var now = time.GetUtcNow();
        trip.Status = next;
        trip.Version++;
        if (next == TripStatus.ArrivedAtPickup) trip.ArrivedAt = now;
        if (next == TripStatus.EnrouteToDropoff)
        {
            trip.StartedAt = now;
            ForgetRoute(trip);
        }

        if (next.IsOver())
        {
            trip.EndedAt = now;
            trip.Queued = false;
            ForgetRoute(trip);
        }

        outbox.Add(db, TripProjector.Word, trip.Id);
        await SaveAsync(db, trip, now, cancellationToken);
        if (next.IsOver() && wasActive) await PromoteAsync(db, trip.Driver!, now, cancellationToken);
    }

    /// <summary>Writes that a car is at a stop.</summary>
    /// <param name="at">When: of a fix, or now.</param>
    /// <param name="place">Where the fix says; null where an operator said it.</param>
    public async Task ArriveAsync(RecordsDb db, TripRow trip, TripStop stop, DateTimeOffset at, GeoPlace? place, CancellationToken cancellationToken)
    {
        var data = new JsonObject { ["stop"] = stop == TripStop.Pickup ? "pickup" : "dropoff", ["by"] = place is null ? "operator" : "fix" };
        if (place is { } seen) (data["lat"], data["lng"]) = (seen.Lat, seen.Lng);
        await events.AppendAsync(db, new NewEvent(EventKinds.Arrival, at, trip.TripId, trip.DriverId, null, data), cancellationToken);
    }

    // The driver's next trip begins the moment that the one before ends.
    private async Task PromoteAsync(RecordsDb db, string driver, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await db.Set<TripRow>().SingleOrDefaultAsync(row => row.Driver == driver && row.Queued, cancellationToken) is not { } next) return;
        next.Queued = false;
        next.Version++;
        next.ActiveAt = now;
        ForgetRoute(next);
        outbox.Add(db, TripProjector.Word, next.Id);
        await SaveAsync(db, next, now, cancellationToken);
    }

    private async Task SaveAsync(RecordsDb db, TripRow trip, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await db.SaveChangesAsync(cancellationToken);
        var data = new JsonObject { ["status"] = trip.Status.ToWire(), ["version"] = trip.Version };
        if (trip.Queued) data["queued"] = true;
        await events.AppendAsync(db, new NewEvent(EventKinds.TripStatus, now, trip.TripId, trip.DriverId, null, data), cancellationToken);
    }

    private static void ForgetRoute(TripRow trip)
    {
        trip.RouteLine = null;
        trip.RouteSeconds = null;
        trip.RouteGiven = false;
        trip.EtaMs = null;
        trip.EtaMeters = null;
    }

    // Riders learn the first name only (protocol.md section 1).
    private static string FirstName(string name) => name.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[0];
}

/// <summary>A place, in degrees WGS 84.</summary>
public readonly record struct GeoPlace(double Lat, double Lng);
