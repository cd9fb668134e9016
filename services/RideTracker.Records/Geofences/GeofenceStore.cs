using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Records.Database;

namespace RideTracker.Records.Geofences;

/// <summary>Changes geofences: one change after the other, each with a version of the whole set, and tells all hosts.</summary>
internal sealed class GeofenceStore(IDbContextFactory<RecordsDb> databases, IOptions<GeofencesOptions> options, TimeProvider time)
{
    /// <summary>Makes or replaces a geofence.</summary>
    /// <returns>The row and whether it is new; null where there are too many.</returns>
    public async Task<(GeofenceRow? Row, bool New)> PutAsync(string id, GeofenceBody body, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var version = await RaiseVersionAsync(db, cancellationToken);
        var row = await db.Set<GeofenceRow>().AsTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        var isNew = row is null;
        if (row is null)
        {
            if (await db.Set<GeofenceRow>().CountAsync(cancellationToken) >= options.Value.MaxFences) return (null, false);
            db.Add(row = new GeofenceRow { Id = id, Area = body.Area });
        }

        (row.Name, row.DwellSeconds, row.Area, row.Version, row.UpdatedAt) = (body.Name, body.DwellSeconds, body.Area, version, time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        await NotifyAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (row, isNew);
    }

    /// <summary>Deletes a geofence; false if there is none.</summary>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await RaiseVersionAsync(db, cancellationToken);
        if (await db.Set<GeofenceRow>().Where(row => row.Id == id).ExecuteDeleteAsync(cancellationToken) == 0) return false;
        await NotifyAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    // Holds the row until the commit: versions are seen in the order of their numbers.
    private static async Task<long> RaiseVersionAsync(RecordsDb db, CancellationToken cancellationToken)
    {
        await db.Set<GeofenceSetRow>().ExecuteUpdateAsync(set => set.SetProperty(row => row.Version, row => row.Version + 1), cancellationToken);
        return await db.Set<GeofenceSetRow>().Select(row => row.Version).SingleAsync(cancellationToken);
    }

    private static async Task NotifyAsync(RecordsDb db, CancellationToken cancellationToken)
    {
        if (db.IsPostgres) await db.Database.ExecuteSqlAsync($"SELECT pg_notify({FenceSet.Channel}, '')", cancellationToken);
    }
}
