using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using RideTracker.IntegrationTests.Engines;
using RideTracker.Protocol;
using RideTracker.Records.Database;
using RideTracker.Records.Events;

namespace RideTracker.IntegrationTests.Records;

/// <summary>The log of events on real PostgreSQL, and on SQLite: what a reader may rely on.</summary>
public class EventLogTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_764_000_000_123);

    private readonly EventLog _log = new(TimeProvider.System);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Append_OfTransactionsThatCommitInAnotherOrder_NumbersByCommit()
    {
        var options = Postgres(await postgres.CreateDatabaseAsync());
        await using var first = new RecordsDb(options);
        await using var second = new RecordsDb(options);
        await using var begunFirst = await first.Database.BeginTransactionAsync(Cancelled);
        await using var begunSecond = await second.Database.BeginTransactionAsync(Cancelled);
        await AppendAsync(first, "begun-first");
        await AppendAsync(second, "begun-second");
        await begunSecond.CommitAsync(Cancelled);
        await begunFirst.CommitAsync(Cancelled);

        Assert.Equal(["begun-second", "begun-first"], await NamesAsync(options));
    }

    [Fact]
    public async Task Append_FromManyWriters_NeverShowsALowerNumberLater()
    {
        var options = Postgres(await postgres.CreateDatabaseAsync());
        const int Writers = 8, Each = 40;
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(
            async () =>
            {
                for (var i = 0; i < Each; i++)
                {
                    await using var db = new RecordsDb(options);
                    await using var transaction = await db.Database.BeginTransactionAsync(Cancelled);
                    await AppendAsync(db, string.Create(CultureInfo.InvariantCulture, $"{writer}-{i}-a"));
                    await AppendAsync(db, string.Create(CultureInfo.InvariantCulture, $"{writer}-{i}-b"));
                    if (i % 5 == 4) await transaction.RollbackAsync(Cancelled);
                    else await transaction.CommitAsync(Cancelled);
                }
            },
            Cancelled)).ToList();
        var all = Task.WhenAll(writers);

        // A reader that only ever asks for what is above the highest number it saw.
        var seen = new List<string>();
        var newest = 0L;
        await using (var db = new RecordsDb(options))
        {
            for (var last = false; ; last = all.IsCompleted)
            {
                foreach (var row in await db.Set<EventRow>().AsNoTracking().Where(row => row.Number > newest).OrderBy(row => row.Number).ToListAsync(Cancelled))
                {
                    seen.Add(row.Geofence!);
                    newest = row.Number!.Value;
                }

                if (last) break;
            }
        }

        await all;
        Assert.Equal(Writers * Each * 4 / 5 * 2, seen.Count);
        Assert.Equal(await NamesAsync(options), seen);
        // One transaction's events stand together, in their order.
        Assert.All(seen.Chunk(2), pair => Assert.Equal(pair[0][..^1] + "b", pair[1]));
    }

    [Fact]
    public async Task Append_AtCommit_WakesWhoListens()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var listener = new NpgsqlConnection(database);
        await listener.OpenAsync(Cancelled);
        await using (var listen = new NpgsqlCommand($"LISTEN {EventLog.Channel}", listener)) await listen.ExecuteNonQueryAsync(Cancelled);
        await using var db = new RecordsDb(Postgres(database));
        await using var transaction = await db.Database.BeginTransactionAsync(Cancelled);
        await AppendAsync(db, "x");
        Assert.False(await listener.WaitAsync(TimeSpan.FromMilliseconds(1), Cancelled));

        await transaction.CommitAsync(Cancelled);

        Assert.True(await listener.WaitAsync(TimeSpan.FromSeconds(60), Cancelled));
    }

    [Fact]
    public async Task Append_WithoutATransaction_IsRefused()
    {
        await using var db = new RecordsDb(Postgres(await postgres.CreateDatabaseAsync()));

        await Assert.ThrowsAsync<InvalidOperationException>(() => AppendAsync(db, "x"));
    }

    [Fact]
    public async Task Append_OnSqlite_NumbersAndKeepsAll()
    {
        var folder = Directory.CreateTempSubdirectory("ridetracker-events-");
        try
        {
            var options = RecordsDbDesign.Options(new DatabaseOptions { Engine = DatabaseEngine.Sqlite, ConnectionString = $"Data Source={Path.Combine(folder.FullName, "records.db")};Pooling=false" });
            await using var db = new RecordsDb(options);
            await db.Database.EnsureCreatedAsync(Cancelled);
            await using (var transaction = await db.Database.BeginTransactionAsync(Cancelled))
            {
                await AppendAsync(db, "a");
                await AppendAsync(db, "b");
                await transaction.CommitAsync(Cancelled);
            }

            var rows = await db.Set<EventRow>().AsNoTracking().OrderBy(row => row.Number).ToListAsync(Cancelled);
            Assert.Equal(["a", "b"], rows.Select(row => row.Geofence));
            Assert.True(rows[0].Number < rows[1].Number);
            Assert.All(rows, row => Assert.Equal(At, row.At));
            Assert.Equal(7, JsonNode.Parse(rows[0].Data!)!["n"]!.GetValue<int>());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static DbContextOptions<RecordsDb> Postgres(string database) => RecordsDbDesign.Options(new DatabaseOptions { ConnectionString = database });

    private Task AppendAsync(RecordsDb db, string name) => _log.AppendAsync(
        db, new NewEvent(EventKinds.Enter, At, TripId.Parse("t_1"), DriverId.Parse("d_1"), name, new JsonObject { ["n"] = 7 }), Cancelled).AsTask();

    private static async Task<List<string>> NamesAsync(DbContextOptions<RecordsDb> options)
    {
        await using var db = new RecordsDb(options);
        return await db.Set<EventRow>().OrderBy(row => row.Number).Select(row => row.Geofence!).ToListAsync(Cancelled);
    }
}
