using Microsoft.EntityFrameworkCore;
using RideTracker.Hosting;
using RideTracker.Protocol;
using RideTracker.Records.Api;
using RideTracker.Records.Database;
using RideTracker.Records.Outbox;
using RideTracker.Records.Trips;

namespace RideTracker.Records.Drivers;

/// <summary>Registers drivers, and takes them off duty and on again.</summary>
public sealed class DriverDesk(IDbContextFactory<RecordsDb> databases, OutboxWriter outbox, TimeProvider time)
{
    /// <summary>Makes a driver known, or changes what is known. Trips keep what riders saw at their assignment.</summary>
    public Task<IResult> PutAsync(DriverId id, DriverBody body, CancellationToken cancellationToken) => databases.InTransactionAsync(async db =>
    {
        await DriverLocks.TakeAsync(db, id.Value, null, cancellationToken);
        var now = time.GetUtcNow();
        var driver = await db.Set<DriverRow>().SingleOrDefaultAsync(row => row.Id == id.Value, cancellationToken);
        var isNew = driver is null;
        if (driver is null) db.Add(driver = new DriverRow { Id = id.Value, Name = "", CreatedAt = now });
        driver.Name = body.Name!.Trim();
        driver.Vehicle = Text(body.Vehicle);
        driver.Plate = Text(body.Plate);
        driver.ChangedAt = now;
        await db.SaveChangesAsync(cancellationToken);
        var view = (await DriverQueries.FindAsync(db, id.Value, cancellationToken))!;
        return (true, (IResult)(isNew ? ApiAnswer.Of(view, StatusCodes.Status201Created, $"/v1/drivers/{id}") : ApiAnswer.Of(view)));
    }, cancellationToken);

    /// <summary>Forgets a driver who is on no trip. Its past trips and its duty stay: to erase what is known of a person is another command.</summary>
    public Task<IResult> DeleteAsync(DriverId id, CancellationToken cancellationToken) => databases.InTransactionAsync<IResult>(async db =>
    {
        await DriverLocks.TakeAsync(db, id.Value, null, cancellationToken);
        if (await DriverQueries.FindAsync(db, id.Value, cancellationToken) is not { } driver) return (false, Unknown(id.Value));
        if (driver.Trip is not null) return (false, Problems.DriverUnavailable.Result($"Driver {id} is on trip {driver.Trip}: it ends or goes to another driver first."));
        await db.Set<DriverRow>().Where(row => row.Id == id.Value).ExecuteDeleteAsync(cancellationToken);
        return (true, TypedResults.NoContent());
    }, cancellationToken);

    /// <summary>Sets a driver's duty; as it is already: nothing.</summary>
    /// <param name="mustBeKnown">Whether an unknown driver is an error: for staff, who may have mistyped it; not for the driver itself, who reports without being registered.</param>
    public async Task<IResult> DutyAsync(DriverId id, bool on, bool mustBeKnown, CancellationToken cancellationToken)
    {
        var result = await databases.InTransactionAsync<IResult>(async db =>
        {
            await DriverLocks.TakeAsync(db, id.Value, null, cancellationToken);
            if (mustBeKnown && !await db.Set<DriverRow>().AnyAsync(row => row.Id == id.Value, cancellationToken)) return (false, Unknown(id.Value));
            var open = await db.Set<OffDutyRow>().SingleOrDefaultAsync(row => row.Driver == id.Value && row.ToMs == null, cancellationToken);
            if (on == open is null) return (false, Answer(id, open));
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            OffDutyRow spell;
            if (on)
            {
                spell = open!;
                spell.ToMs = Math.Max(now, spell.FromMs);
            }
            else
            {
                if (await DriverQueries.Active(db).Where(trip => trip.Driver == id.Value).Select(trip => trip.Id).FirstOrDefaultAsync(cancellationToken) is { } trip)
                    return (false, Problems.DriverUnavailable.Result($"on: driver {id} is on trip {trip} and can't be off duty before it ends."));
                var last = await db.Set<OffDutyRow>().Where(row => row.Driver == id.Value).MaxAsync(row => (long?)row.FromMs, cancellationToken) ?? 0;
                db.Add(spell = new OffDutyRow { Driver = id.Value, FromMs = Math.Max(now, last + 1) });
            }

            outbox.Add(db, DutyProjector.Word, id.Value, new DutyProjector.Spell(spell.FromMs, spell.ToMs));
            await db.SaveChangesAsync(cancellationToken);
            return (true, Answer(id, on ? null : spell));
        }, cancellationToken);
        outbox.Wake();
        return result;
    }

    internal static IResult Unknown(string id) => Problems.NotFound.Result($"There is no driver {(id.Length > 80 ? id[..80] + "…" : id)}.");

    private static ApiAnswer Answer(DriverId id, OffDutyRow? off) => ApiAnswer.Of(new DutyView(id.Value, off is null, off?.FromMs));

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
