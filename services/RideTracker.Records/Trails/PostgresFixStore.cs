using Microsoft.EntityFrameworkCore;
using Npgsql;
using RideTracker.Records.Database;

namespace RideTracker.Records.Trails;

/// <summary>The history in PostgreSQL: a binary COPY into a temporary table, and from there what is new into the day's partition (COPY itself has no ON CONFLICT).</summary>
internal sealed class PostgresFixStore : IFixStore
{
    /// <summary>First number of the advisory locks that this slice takes; the second is the partition of the queue.</summary>
    private const int ReaderLocks = 0x5254_0001;

    private const string Table =
        "CREATE TEMPORARY TABLE IF NOT EXISTS fix_batch (LIKE fixes) ON COMMIT DELETE ROWS";

    private const string Copy =
        "COPY fix_batch (driver, fix_time, received_time, lat, lng, accuracy, speed, heading, altitude, battery, charging, mock) FROM STDIN (FORMAT BINARY)";

    private const string Insert =
        """
        INSERT INTO fixes (driver, fix_time, received_time, lat, lng, accuracy, speed, heading, altitude, battery, charging, mock)
        SELECT driver, fix_time, received_time, lat, lng, accuracy, speed, heading, altitude, battery, charging, mock FROM fix_batch
        ON CONFLICT DO NOTHING RETURNING driver, fix_time
        """;

    private readonly PostgresFixDays _days = new();

    public async Task OpenAsync(RecordsDb db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        // Once for the connection: a table for each batch would leave its rows in the catalogue for vacuum to clean up.
        await db.Database.ExecuteSqlRawAsync(Table, cancellationToken);
    }

    public async Task CloseAsync(RecordsDb db)
    {
        try
        {
            // Npgsql resets a connection only when the pool hands it out again: until then nobody else could have the locks.
            if (db.Database.GetDbConnection().State == System.Data.ConnectionState.Open) await db.Database.ExecuteSqlRawAsync("SELECT pg_advisory_unlock_all()");
        }
        catch (Exception failure) when (DatabaseTrouble.Is(failure) || failure is InvalidOperationException)
        {
            // It is broken: the pool does not take it back, and its locks end with it.
            return;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    public async Task<bool> TryOwnAsync(RecordsDb db, int partition, CancellationToken cancellationToken) =>
        await db.Database.SqlQuery<bool>($"SELECT pg_try_advisory_lock({ReaderLocks}, {partition}) AS \"Value\"").SingleAsync(cancellationToken);

    public Task MakeRoomAsync(RecordsDb db, IReadOnlySet<DateOnly> days, CancellationToken cancellationToken) => _days.MakeAsync(db, days, cancellationToken);

    public async Task InsertAsync(RecordsDb db, ReadOnlyMemory<FixRow> rows, List<WrittenFix> inserted, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var body = new FixCopyWriter(rows.Length);
        foreach (ref readonly var row in rows.Span) body.Add(in row);
        await using (var stream = await connection.BeginRawBinaryCopyAsync(Copy, cancellationToken))
        {
            await stream.WriteAsync(body.End(), cancellationToken);
        }

        await using var command = new NpgsqlCommand(Insert, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        // They come back in the order of the temporary table, which is that of the rows: those that do not come back were there before.
        var at = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            var driver = reader.GetString(0);
            var time = (reader.GetFieldValue<DateTime>(1).Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;
            while (at < rows.Length && !(rows.Span[at].Fix.FixTimeMs == time && rows.Span[at].Driver.Value == driver)) at++;
            if (at == rows.Length) throw new InvalidOperationException("The database returned a fix that was not written, or not in the order of the batch.");
            inserted.Add(new WrittenFix(rows.Span[at].Driver, rows.Span[at].Fix));
            at++;
        }
    }

    public Task<IReadOnlyList<string>> DeleteBeforeAsync(RecordsDb db, DateOnly day, CancellationToken cancellationToken) => _days.DropBeforeAsync(db, day, cancellationToken);

    public bool IsOfData(Exception failure)
    {
        var isOfData = DatabaseTrouble.Cause(failure) switch
        {
            // Classes 22 (data exception) and 23 (integrity constraint violation).
            PostgresException database => database.SqlState.StartsWith("22", StringComparison.Ordinal) || database.SqlState.StartsWith("23", StringComparison.Ordinal),
            _ => false,
        };
        // A day without a partition is one too (23514): whoever splits the batch looks for it anew.
        if (isOfData) _days.Forget();
        return isOfData;
    }
}
