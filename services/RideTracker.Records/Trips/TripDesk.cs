using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RideTracker.Hosting;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;
using RideTracker.Records.Api;
using RideTracker.Records.Database;
using RideTracker.Records.Drivers;
using RideTracker.Records.Events;
using RideTracker.Records.Outbox;

namespace RideTracker.Records.Trips;

/// <summary>Takes what is asked of trips: each command is one transaction, done once for its <c>Idempotency-Key</c>, and refused with the present state where it can't be done.</summary>
public sealed class TripDesk(
    IDbContextFactory<RecordsDb> databases, Idempotency idempotency, TripChanges changes, OutboxWriter outbox, EventLog events, TripProjector projector, IPlanWays ways, TimeProvider time)
{
    /// <summary>Takes down a new trip.</summary>
    public async Task<IResult> CreateAsync(CreateTripBody body, IdempotencyRequest? key, CancellationToken cancellationToken)
    {
        TripRow? made = null;
        var result = await databases.InTransactionAsync<IResult>(async db =>
        {
            if (await idempotency.ClaimAsync(db, key, cancellationToken) is { } earlier) return (false, earlier);
            var now = time.GetUtcNow();
            var trip = made = new TripRow
            {
                Id = TripIds.New(now).Value,
                Rider = body.Rider!,
                PickupLat = body.Pickup!.Lat!.Value,
                PickupLng = body.Pickup.Lng!.Value,
                PickupLabel = body.Pickup.Label,
                DropoffLat = body.Dropoff!.Lat!.Value,
                DropoffLng = body.Dropoff.Lng!.Value,
                DropoffLabel = body.Dropoff.Label,
                CreatedAt = now,
            };
            db.Add(trip);
            outbox.Add(db, TripProjector.Word, trip.Id);
            await db.SaveChangesAsync(cancellationToken);
            var data = new JsonObject { ["status"] = trip.Status.ToWire(), ["version"] = trip.Version };
            await events.AppendAsync(db, new NewEvent(EventKinds.TripStatus, now, trip.TripId, null, null, data), cancellationToken);
            return await AnswerAsync(db, trip, key, StatusCodes.Status201Created, cancellationToken);
        }, cancellationToken);
        // To a rider's client, 404 is the end: it must not come because the outbox takes a moment.
        if (made is not null) await projector.ShowNewAsync(made, cancellationToken);
        outbox.Wake();
        return result;
    }

    /// <summary>Gives the trip to a driver.</summary>
    public Task<IResult> AssignAsync(TripId id, DriverId driver, int? version, IdempotencyRequest? key, CancellationToken cancellationToken) =>
        ChangeAsync(id, driver.Value, TripCommand.Assign, version, key, async (db, trip, _) =>
        {
            if (await db.Set<DriverRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == driver.Value, cancellationToken) is not { } card)
                return Problems.NotFound.Result($"driver: there is no driver {driver}; PUT /v1/drivers/{driver} makes one known.");
            // As it is already: nothing to do, and no new version.
            if (trip.Driver == driver.Value) return null;
            if (await db.Set<OffDutyRow>().AnyAsync(row => row.Driver == driver.Value && row.ToMs == null, cancellationToken))
                return Problems.DriverUnavailable.Result($"driver: {driver} is off duty.");
            var others = await db.Set<TripRow>().AsNoTracking()
                .Where(row => row.Driver == driver.Value && (row.Queued || row.Status == TripStatus.EnrouteToPickup || row.Status == TripStatus.ArrivedAtPickup || row.Status == TripStatus.EnrouteToDropoff))
                .ToListAsync(cancellationToken);
            if (others.FirstOrDefault(row => row.Queued) is { } queued)
                return Problems.DriverUnavailable.Result($"driver: {driver} has an active trip and {queued.Id} queued behind it.");
            await changes.AssignAsync(db, trip, card, queued: others.Count > 0, cancellationToken);
            return null;
        }, cancellationToken);

    /// <summary>Makes a move other than an assignment.</summary>
    public Task<IResult> MoveAsync(TripId id, TripCommand command, int? version, IdempotencyRequest? key, CancellationToken cancellationToken) =>
        ChangeAsync(id, null, command, version, key, async (db, trip, next) =>
        {
            await changes.MoveAsync(db, trip, next, cancellationToken);
            if (command == TripCommand.Arrive) await changes.ArriveAsync(db, trip, TripStop.Pickup, trip.ArrivedAt!.Value, null, cancellationToken);
            return null;
        }, cancellationToken);

    /// <summary>Sets the way to the next stop, as the operator planned it.</summary>
    public async Task<IResult> RouteAsync(TripId id, RouteBody body, int? version, CancellationToken cancellationToken)
    {
        var result = await databases.InTransactionAsync(async db =>
        {
            var (trip, refusal) = await TakeAsync(db, id, null, version, cancellationToken);
            if (refusal is not null) return (false, refusal);
            if (!trip!.IsActive) return (false, Refuse(Problems.IllegalMove, trip, "a way is set for a trip whose driver is on it"));
            trip.RouteVersion++;
            trip.RouteLine = RouteLines.Write(body.Line!.Select(point => (point[0], point[1])));
            trip.RouteSeconds = body.Seconds;
            trip.RouteGiven = true;
            outbox.Add(db, TripProjector.Word, trip.Id);
            await db.SaveChangesAsync(cancellationToken);
            return (true, (IResult)ApiAnswer.Of(new RouteView(trip.RouteVersion, body.Seconds!.Value, true), version: trip.Version));
        }, cancellationToken);
        outbox.Wake();
        return result;
    }

    private async Task<IResult> ChangeAsync(
        TripId id, string? driver, TripCommand command, int? version, IdempotencyRequest? key,
        Func<RecordsDb, TripRow, TripStatus, Task<IResult?>> change, CancellationToken cancellationToken)
    {
        string? before = null;
        var result = await databases.InTransactionAsync(async db =>
        {
            if (await idempotency.ClaimAsync(db, key, cancellationToken) is { } earlier) return (false, earlier);
            var (trip, refusal) = await TakeAsync(db, id, driver, version, cancellationToken);
            if (refusal is not null) return (false, refusal);
            before = trip!.Driver;
            if (TripMachine.Next(trip.Status, trip.Queued, command) is not { } next) return (false, Refuse(Problems.IllegalMove, trip, $"{command.ToWire()} is not legal now"));
            if (await change(db, trip, next) is { } refused) return (false, refused);
            return await AnswerAsync(db, trip, key, StatusCodes.Status200OK, cancellationToken);
        }, cancellationToken);
        outbox.Wake();
        if (result is ApiAnswer)
        {
            if (before is not null) ways.WantOf(before);
            if (driver is not null && driver != before) ways.WantOf(driver);
        }

        return result;
    }

    // The trip under the locks of the drivers that it has and is to have.
    private static async Task<(TripRow? Trip, IResult? Refusal)> TakeAsync(RecordsDb db, TripId id, string? driver, int? version, CancellationToken cancellationToken)
    {
        var seen = await db.Set<TripRow>().AsNoTracking().Where(row => row.Id == id.Value).Select(row => new { row.Driver }).SingleOrDefaultAsync(cancellationToken);
        if (seen is null) return (null, Problems.NotFound.Result($"There is no trip {id}."));
        await DriverLocks.TakeAsync(db, seen.Driver, driver, cancellationToken);
        var trip = await db.Set<TripRow>().SingleAsync(row => row.Id == id.Value, cancellationToken);
        if (trip.Driver != seen.Driver) throw new ChangedMeanwhileException();
        return version is null || version == trip.Version ? (trip, null) : (trip, Refuse(Problems.VersionConflict, trip, $"If-Match: has version {version}, the trip has {trip.Version}"));
    }

    private async Task<(bool Commit, IResult Outcome)> AnswerAsync(RecordsDb db, TripRow trip, IdempotencyRequest? key, int status, CancellationToken cancellationToken)
    {
        var location = status == StatusCodes.Status201Created ? $"/v1/trips/{trip.Id}" : null;
        var answer = ApiAnswer.Of(TripView.Of(trip), status, location, trip.Version);
        await idempotency.KeepAsync(db, key, answer, cancellationToken);
        return (true, answer);
    }

    // With the present state and what would be legal, so that the caller need not ask.
    private static IResult Refuse(Problem problem, TripRow trip, string why)
    {
        var legal = TripMachine.Legal(trip.Status, trip.Queued);
        var words = legal.Count == 0 ? "nothing is" : string.Join(", ", legal.Select(TripCommands.ToWire)) + (legal.Count == 1 ? " is" : " are");
        return problem.Result($"Trip {trip.Id} is {(trip.Queued ? "queued, " : "")}{trip.Status.ToWire()}: {why}; {words} legal.", more: writer =>
        {
            writer.WritePropertyName("trip"u8);
            System.Text.Json.JsonSerializer.Serialize(writer, TripView.Of(trip), ApiJson.Options);
            writer.WriteStartArray("legal"u8);
            foreach (var command in legal) writer.WriteStringValue(command.ToWire());
            writer.WriteEndArray();
        });
    }
}
