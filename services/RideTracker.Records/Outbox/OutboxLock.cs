using Microsoft.EntityFrameworkCore;
using RideTracker.Records.Database;

namespace RideTracker.Records.Outbox;

/// <summary>Whoever writes into the hub what the database says holds this lock, in a transaction: so two Records hosts, or one and a rebuilding, don't write across one another.</summary>
internal static class OutboxLock
{
    /// <summary>Key of PostgreSQL's advisory lock.</summary>
    internal const long Key = 0x7274_6f75_7462_6f78;

    /// <summary>Takes it until the transaction ends, if nobody has it.</summary>
    public static async Task<bool> TryTakeAsync(RecordsDb db, CancellationToken cancellationToken) =>
        // SQLite: the transaction is the only one.
        !db.IsPostgres || await db.Database.SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock({Key}) AS \"Value\"").SingleAsync(cancellationToken);

    /// <summary>Takes it until the transaction ends; waits for whoever has it.</summary>
    public static async Task TakeAsync(RecordsDb db, CancellationToken cancellationToken)
    {
        if (db.IsPostgres) await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({Key})", cancellationToken);
    }
}
