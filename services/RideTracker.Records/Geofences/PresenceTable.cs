using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using RideTracker.Records.Database;
using RideTracker.Records.Geofences.Crossings;

namespace RideTracker.Records.Geofences;

/// <summary>
/// Reads and writes what is known of drivers, in the caller's transaction. On PostgreSQL the rows are locked until its end: of two hosts with fixes of
/// one driver, the second one waits, and goes on from what the first one wrote.
/// </summary>
internal static class PresenceTable
{
    /// <summary>Reads drivers, and holds them.</summary>
    /// <param name="db">In a transaction.</param>
    /// <param name="drivers">Ascending (ordinal): all hosts take them in one order, so none waits for another in a ring.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Each of the drivers; new ones without a fix.</returns>
    public static async Task<Dictionary<string, DriverPresence>> ReadAsync(RecordsDb db, string[] drivers, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, DriverPresence>(drivers.Length, StringComparer.Ordinal);
        if (!db.IsPostgres)
        {
            foreach (var row in await db.Set<PresenceRow>().AsNoTracking().Where(row => drivers.Contains(row.Driver)).ToListAsync(cancellationToken))
                known[row.Driver] = new DriverPresence { FixTimeMs = row.FixTimeMs, Lat = row.Lat, Lng = row.Lng, AccuracyMeters = row.AccuracyMeters, FencesVersion = row.FencesVersion, Stays = DriverPresence.ReadStays(row.Stays) };
            foreach (var driver in drivers) known.TryAdd(driver, new DriverPresence());
            return known;
        }

        await LockAsync(db, drivers, known, cancellationToken);
        if (known.Count == drivers.Length) return known;
        // New drivers get their row first, so that there is something to hold.
        var missing = drivers.Where(driver => !known.ContainsKey(driver)).ToArray();
        await using (var insert = Command(db, "INSERT INTO geofence_presence (driver, fix_time_ms, lat, lng, accuracy, fences_version, stays) SELECT driver, 0, 0, 0, 0, 0, '[]' FROM unnest($1) AS driver ON CONFLICT DO NOTHING"))
        {
            insert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = missing });
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await LockAsync(db, missing, known, cancellationToken);
        return known;
    }

    /// <summary>Writes drivers that were read before in this transaction.</summary>
    public static async Task WriteAsync(RecordsDb db, IReadOnlyList<KeyValuePair<string, DriverPresence>> drivers, CancellationToken cancellationToken)
    {
        if (!db.IsPostgres)
        {
            foreach (var (driver, now) in drivers)
            {
                await db.Database.ExecuteSqlAsync(
                    $"INSERT OR REPLACE INTO geofence_presence (driver, fix_time_ms, lat, lng, accuracy, fences_version, stays) VALUES ({driver}, {now.FixTimeMs}, {now.Lat}, {now.Lng}, {now.AccuracyMeters}, {now.FencesVersion}, {now.StaysJson()})",
                    cancellationToken);
            }

            return;
        }

        await using var update = Command(db, """
            UPDATE geofence_presence p SET fix_time_ms = n.fix_time_ms, lat = n.lat, lng = n.lng, accuracy = n.accuracy, fences_version = n.fences_version, stays = n.stays
            FROM unnest($1, $2, $3, $4, $5, $6, $7) AS n (driver, fix_time_ms, lat, lng, accuracy, fences_version, stays) WHERE p.driver = n.driver
            """);
        update.Parameters.Add(Column(drivers, one => one.Key));
        update.Parameters.Add(Column(drivers, one => one.Value.FixTimeMs));
        update.Parameters.Add(Column(drivers, one => one.Value.Lat));
        update.Parameters.Add(Column(drivers, one => one.Value.Lng));
        update.Parameters.Add(Column(drivers, one => one.Value.AccuracyMeters));
        update.Parameters.Add(Column(drivers, one => one.Value.FencesVersion));
        update.Parameters.Add(Column(drivers, one => one.Value.Stays.Count == 0 ? "[]" : one.Value.StaysJson()));
        await update.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter<T[]> Column<T>(IReadOnlyList<KeyValuePair<string, DriverPresence>> drivers, Func<KeyValuePair<string, DriverPresence>, T> value) =>
        new() { TypedValue = [.. drivers.Select(value)] };

    private static async Task LockAsync(RecordsDb db, string[] drivers, Dictionary<string, DriverPresence> known, CancellationToken cancellationToken)
    {
        await using var select = Command(db, "SELECT driver, fix_time_ms, lat, lng, accuracy, fences_version, stays FROM geofence_presence WHERE driver = ANY($1) ORDER BY driver FOR UPDATE");
        select.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = drivers });
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var stays = rows.GetString(6);
            known[rows.GetString(0)] = new DriverPresence
            {
                FixTimeMs = rows.GetInt64(1),
                Lat = rows.GetDouble(2),
                Lng = rows.GetDouble(3),
                AccuracyMeters = rows.GetDouble(4),
                FencesVersion = rows.GetInt64(5),
                Stays = stays == "[]" ? [] : DriverPresence.ReadStays(stays),
            };
        }
    }

    private static NpgsqlCommand Command(RecordsDb db, string sql) =>
        new(sql, (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction());
}
