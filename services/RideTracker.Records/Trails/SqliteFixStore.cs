using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using RideTracker.Records.Database;

namespace RideTracker.Records.Trails;

/// <summary>The history in SQLite, for the embedded demo: one table, row by row, deleted by time.</summary>
internal sealed class SqliteFixStore : IFixStore
{
    private const string Insert =
        """
        INSERT OR IGNORE INTO fixes (driver, fix_time, received_time, lat, lng, accuracy, speed, heading, altitude, battery, charging, mock)
        VALUES ($driver, $time, $received, $lat, $lng, $accuracy, $speed, $heading, $altitude, $battery, $charging, $mock)
        """;

    public Task OpenAsync(RecordsDb db, CancellationToken cancellationToken) => db.Database.OpenConnectionAsync(cancellationToken);

    public Task CloseAsync(RecordsDb db) => db.Database.CloseConnectionAsync();

    // One process has the file.
    public Task<bool> TryOwnAsync(RecordsDb db, int partition, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task MakeRoomAsync(RecordsDb db, IReadOnlySet<DateOnly> days, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task InsertAsync(RecordsDb db, ReadOnlyMemory<FixRow> rows, List<WrittenFix> inserted, CancellationToken cancellationToken)
    {
        await using var command = ((SqliteConnection)db.Database.GetDbConnection()).CreateCommand();
        command.CommandText = Insert;
        command.Transaction = (SqliteTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
        var values = new SqliteParameter[12];
        string[] names = ["$driver", "$time", "$received", "$lat", "$lng", "$accuracy", "$speed", "$heading", "$altitude", "$battery", "$charging", "$mock"];
        for (var i = 0; i < names.Length; i++) command.Parameters.Add(values[i] = new SqliteParameter { ParameterName = names[i] });
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows.Span[i];
            var fix = row.Fix;
            object?[] fields =
            [
                row.Driver.Value, Ticks(fix.FixTimeMs), Ticks(row.ReceivedMs), fix.Latitude, fix.Longitude,
                fix.AccuracyMeters, fix.SpeedMps, fix.HeadingDegrees, fix.AltitudeMeters, fix.Battery, fix.Charging, fix.Mock,
            ];
            for (var j = 0; j < fields.Length; j++) values[j].Value = fields[j] ?? DBNull.Value;
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 1) inserted.Add(new WrittenFix(row.Driver, fix));
        }
    }

    public async Task<IReadOnlyList<string>> DeleteBeforeAsync(RecordsDb db, DateOnly day, CancellationToken cancellationToken)
    {
        var end = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        var count = await db.Set<TrailFix>().Where(fix => fix.FixTime < end).ExecuteDeleteAsync(cancellationToken);
        return count == 0 ? [] : [string.Create(CultureInfo.InvariantCulture, $"{count} fixes")];
    }

    public bool IsOfData(Exception failure) => DatabaseTrouble.Cause(failure) switch
    {
        // CONSTRAINT, MISMATCH, TOOBIG (https://www.sqlite.org/rescode.html).
        SqliteException { SqliteErrorCode: 18 or 19 or 20 } => true,
        _ => false,
    };

    // As Database/SqliteModel.cs keeps times.
    private static long Ticks(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs).UtcTicks;
}
