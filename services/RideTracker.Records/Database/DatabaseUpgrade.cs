using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace RideTracker.Records.Database;

/// <summary>Brings the database to this version's tables: by a command, by the demo and by Compose's <c>migrate</c>, never by a serving host.</summary>
public sealed class DatabaseUpgrade(IDbContextFactory<RecordsDb> databases)
{
    /// <summary>Applies what is missing. Two at once wait for one another (EF Core's lock).</summary>
    /// <returns>The names of the migrations that were applied.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (!db.IsPostgres)
        {
            // The demo's file lives as long as the demo: there is nothing to bring along.
            await db.Database.EnsureCreatedAsync(cancellationToken);
            return [];
        }

        // EF Core asks a new database for a table that is not there, and logs that as a failure.
        await db.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancellationToken);
        var missing = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        await db.Database.MigrateAsync(cancellationToken);
        return missing;
    }

    /// <summary>Names of the migrations that the database lacks; a serving host refuses to start where there are any.</summary>
    public async Task<IReadOnlyList<string>> MissingAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return db.IsPostgres ? [.. await db.Database.GetPendingMigrationsAsync(cancellationToken)] : [];
    }
}
