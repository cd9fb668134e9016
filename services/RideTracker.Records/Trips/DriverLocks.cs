using Microsoft.EntityFrameworkCore;
using RideTracker.Records.Database;

namespace RideTracker.Records.Trips;

/// <summary>
/// Lets one change at a time touch a driver's trips and duty: what is the active trip and what waits behind it is decided by what the others commit. Held until the
/// transaction ends. SQLite has one writer at a time anyway.
/// </summary>
internal static class DriverLocks
{
    /// <summary>Takes the locks of up to two drivers, always in the same order, so that nobody waits in a circle.</summary>
    public static async Task TakeAsync(RecordsDb db, string? one, string? other, CancellationToken cancellationToken)
    {
        if (!db.IsPostgres) return;
        foreach (var driver in new[] { one, other }.OfType<string>().Distinct().Order(StringComparer.Ordinal))
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended('driver ' || {driver}, 0))", cancellationToken);
    }
}
