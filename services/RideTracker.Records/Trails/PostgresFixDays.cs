using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RideTracker.Records.Database;

namespace RideTracker.Records.Trails;

/// <summary>
/// The partitions of <c>fixes</c>, one for each day (UTC): <c>fixes_20261128</c>. Made apart and attached, detached concurrently and then dropped: neither
/// takes a lock on the whole table that a reader or writer would wait for (docs/adr/0014).
/// </summary>
internal sealed class PostgresFixDays
{
    private const string Prefix = TrailFixTable.Name + "_";

    /// <summary>Advisory lock of whoever changes the partitions.</summary>
    private const int DaysLock = 0x5254_0002;

    private readonly ConcurrentDictionary<DateOnly, bool> _known = new();

    /// <summary>Forgets what is known of the partitions, where the database says otherwise.</summary>
    public void Forget() => _known.Clear();

    /// <summary>Makes partitions that are missing; two Records wait for one another.</summary>
    public async Task MakeAsync(RecordsDb db, IReadOnlySet<DateOnly> days, CancellationToken cancellationToken)
    {
        var missing = days.Where(day => !_known.ContainsKey(day)).Order().ToList();
        if (missing.Count == 0) return;
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({DaysLock}, 0)", cancellationToken);
            var there = (await AttachedAsync(db, cancellationToken)).Select(partition => partition.Name).ToHashSet();
            foreach (var day in missing.Where(day => !there.Contains(NameOf(day))))
            {
                await db.Database.ExecuteSqlRawAsync(CreateOf(day), cancellationToken);
                await db.Database.ExecuteSqlRawAsync(AttachOf(day), cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        foreach (var day in missing) _known[day] = true;
    }

    /// <summary>Drops the partitions of the days before one; nothing where another Records is at it.</summary>
    public async Task<IReadOnlyList<string>> DropBeforeAsync(RecordsDb db, DateOnly day, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        if (!await db.Database.SqlQuery<bool>($"SELECT pg_try_advisory_lock({DaysLock}, 1) AS \"Value\"").SingleAsync(cancellationToken)) return [];
        try
        {
            // Detaching waits for those who read the partition, and keeps others from attaching one meanwhile: not for ever. It goes on where it was broken off.
            await db.Database.ExecuteSqlRawAsync("SET statement_timeout = '60s'", cancellationToken);
            foreach (var old in (await AttachedAsync(db, cancellationToken)).Where(partition => DayOf(partition.Name) < day))
                await db.Database.ExecuteSqlRawAsync(DetachOf(old), cancellationToken);

            var dropped = (await DetachedAsync(db, cancellationToken)).Where(name => DayOf(name) < day).ToList();
            foreach (var name in dropped)
            {
                await db.Database.ExecuteSqlRawAsync(DropOf(name), cancellationToken);
                _known.TryRemove(DayOf(name)!.Value, out _);
            }

            return dropped;
        }
        finally
        {
            if (db.Database.GetDbConnection().State == System.Data.ConnectionState.Open)
                await db.Database.ExecuteSqlAsync($"SELECT set_config('statement_timeout', '0', false), pg_advisory_unlock({DaysLock}, 1)", CancellationToken.None);
            await db.Database.CloseConnectionAsync();
        }
    }

    // Names and times in these are made here, of digits: nothing is anybody's input.
    private static string CreateOf(DateOnly day) => $"CREATE TABLE IF NOT EXISTS {NameOf(day)} (LIKE fixes INCLUDING DEFAULTS INCLUDING CONSTRAINTS)";

    private static string AttachOf(DateOnly day) => string.Create(
        CultureInfo.InvariantCulture, $"ALTER TABLE fixes ATTACH PARTITION {NameOf(day)} FOR VALUES FROM ('{day:yyyy-MM-dd} 00:00:00+00') TO ('{day.AddDays(1):yyyy-MM-dd} 00:00:00+00')");

    private static string DetachOf(AttachedDay day) => $"ALTER TABLE fixes DETACH PARTITION {day.Name} {(day.IsPending ? "FINALIZE" : "CONCURRENTLY")}";

    private static string DropOf(string name) => $"DROP TABLE {name}";

    private static string NameOf(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{day:yyyyMMdd}");

    private static DateOnly? DayOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && DateOnly.TryParseExact(name.AsSpan(Prefix.Length), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static Task<List<AttachedDay>> AttachedAsync(RecordsDb db, CancellationToken cancellationToken) => db.Database.SqlQuery<AttachedDay>(
        $"""
        SELECT c.relname AS "Name", i.inhdetachpending AS "IsPending" FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'fixes'::regclass ORDER BY c.relname
        """).ToListAsync(cancellationToken);

    // In the table's own schema, named as a day, and no partition any more.
    private static Task<List<string>> DetachedAsync(RecordsDb db, CancellationToken cancellationToken) => db.Database.SqlQuery<string>(
        $"""
        SELECT c.relname AS "Value" FROM pg_class c
        WHERE c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'fixes'::regclass) AND c.relkind = 'r' AND NOT c.relispartition
          AND c.relname ~ '^fixes_[0-9]+$' ORDER BY c.relname
        """).ToListAsync(cancellationToken);

    private sealed record AttachedDay(string Name, bool IsPending);
}
