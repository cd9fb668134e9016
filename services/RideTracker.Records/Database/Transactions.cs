using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace RideTracker.Records.Database;

/// <summary>Runs a change in one transaction, and again from the start where another change came in between.</summary>
public static class Transactions
{
    private const int MaxAttempts = 10;

    /// <summary>Runs it.</summary>
    /// <param name="databases">Makes the context: a new one for each attempt, so nothing of a failed one is left.</param>
    /// <param name="change">Works with the context in its transaction and answers with its outcome, and whether to commit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DbUpdateException">It came in between ten times over.</exception>
    public static async Task<T> InTransactionAsync<T>(
        this IDbContextFactory<RecordsDb> databases, Func<RecordsDb, Task<(bool Commit, T Outcome)>> change, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            try
            {
                await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                var (commit, outcome) = await change(db);
                if (commit) await transaction.CommitAsync(cancellationToken);
                return outcome;
            }
            catch (Exception failure) when (attempt < MaxAttempts && CameBetween(failure))
            {
                // It reads what is there now.
            }
        }
    }

    // A row that was changed since it was read, two first writers of one row, a deadlock, a busy file.
    private static bool CameBetween(Exception failure) => DatabaseTrouble.Cause(failure) switch
    {
        DbUpdateConcurrencyException or ChangedMeanwhileException => true,
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected } => true,
        // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CONSTRAINT.
        SqliteException { SqliteErrorCode: 5 or 6 or 19 } => true,
        _ => false,
    };
}

/// <summary>What was read first is another by now: begin again.</summary>
public sealed class ChangedMeanwhileException() : Exception("What was read first is another by now.");
