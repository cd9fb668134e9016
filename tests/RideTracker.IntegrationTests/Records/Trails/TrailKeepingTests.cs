using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Records.Database;
using RideTracker.Records.Trails;
using RideTracker.Records.Trails.Export;
using static RideTracker.IntegrationTests.Records.Trails.TestQueue;

namespace RideTracker.IntegrationTests.Records.Trails;

/// <summary>How the history is kept: days as partitions, made on demand and dropped in time, and found by their index; a full queue; SQLite.</summary>
public class TrailKeepingTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>
{
    private const string Partitions =
        "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'fixes'::regclass ORDER BY 1";

    private const string Oldest = "SELECT to_char(min(fix_time) AT TIME ZONE 'UTC', 'MMDD') FROM fixes";

    // Detached and dropped, not only detached.
    private const string Tables = "SELECT count(*) FROM pg_class WHERE relname ~ '^fixes_[0-9]+$' AND relkind = 'r'";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LateAndEarlyFixes_GetTheDaysThatTheyNeed_AlsoFromTwoRecordsAtOnce()
    {
        await redis.BeginAsync();
        await redis.Database.HashSetAsync("hub", "partitions", "2");
        var database = await postgres.CreateDatabaseAsync();
        var queue = new TestQueue(redis.Database, database);
        const long Day = 86_400_000;
        for (var i = 0; i < 2; i++)
            await redis.Database.ListRightPushAsync($"{{p{i}}}:history", Element(FormattableString.Invariant($"n{i}-1"), [.. Enumerable.Range(0, 8).Select(day => Line(FormattableString.Invariant($"d{i}"), Now - Day * day, 1))]));

        // Each has one of the partitions, and both need the same days at once.
        await using var one = await RecordsNode.StartAsync(redis.EndPoint, database, null, ("Hub:Partitions", 2));
        await using var two = await RecordsNode.StartAsync(redis.EndPoint, database, null, ("Hub:Partitions", 2));
        await queue.UntilEmptyAsync(2);

        Assert.Equal(16, (await queue.FixesAsync()).Count);
        var days = await queue.TextsAsync(Partitions);
        Assert.Contains($"fixes_{DateTimeOffset.FromUnixTimeMilliseconds(Now):yyyyMMdd}", days);
        Assert.Contains($"fixes_{DateTimeOffset.FromUnixTimeMilliseconds(Now - 7 * Day):yyyyMMdd}", days);
        Assert.Empty(one.Errors.All);
        Assert.Empty(two.Errors.All);
    }

    [Fact]
    public async Task DaysOlderThanTheRetention_AreDropped_AndNoOther()
    {
        await redis.BeginAsync();
        var database = await postgres.CreateDatabaseAsync();
        var queue = new TestQueue(redis.Database, database);
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 18, 12, 0, 0, TimeSpan.Zero));
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database, time, ("Trails:RetentionDays", 10));
        await InsertAsync(records, "d1", [.. Enumerable.Range(10, 18).Select(day => new DateTimeOffset(2026, 11, day, 23, 59, 59, TimeSpan.Zero))]);

        // It looks once an hour.
        time.Advance(TimeSpan.FromDays(10));
        await UntilAsync(async () => await queue.ScalarAsync<string>(Oldest) == "1118" && (await queue.TextsAsync(Partitions))[0] == "fixes_20261118");
        Assert.Equal(10, (await queue.FixesAsync()).Count);
        time.Advance(TimeSpan.FromDays(5));
        await UntilAsync(async () => await queue.ScalarAsync<string>(Oldest) == "1123" && await queue.ScalarAsync<long>(Tables) == (await queue.TextsAsync(Partitions)).Count);

        Assert.Equal(5, (await queue.FixesAsync()).Count);
        var days = await queue.TextsAsync(Partitions);
        Assert.Equal(["fixes_20261123", "fixes_20261124"], days.Take(2));
        Assert.Equal("fixes_20261205", days[^1]);
    }

    [Fact]
    public async Task FixesOlderThanTheRetention_AreNotWritten()
    {
        await redis.BeginAsync();
        var database = await postgres.CreateDatabaseAsync();
        var queue = new TestQueue(redis.Database, database);
        await queue.PushAsync(Element("n1-1", Line("d1", Now - 31 * 86_400_000L, 2), Line("d1", Now - 29 * 86_400_000L, 2)));
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database);

        await queue.UntilEmptyAsync();

        Assert.Equal([("d1", Now - 29 * 86_400_000L), ("d1", Now - 29 * 86_400_000L + 1_000)], await queue.FixesAsync());
    }

    [Fact]
    public async Task TrailOfADriver_AmongAMillionFixes_IsFoundByTheIndexInItsDayOnly()
    {
        await redis.BeginAsync();
        var database = await postgres.CreateDatabaseAsync();
        var queue = new TestQueue(redis.Database, database);
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database);
        var day = DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(Now).UtcDateTime).AddDays(-1);
        var store = records.Services.GetRequiredService<IFixStore>();
        await using var db = await records.Services.GetRequiredService<IDbContextFactory<RecordsDb>>().CreateDbContextAsync(Cancel);
        await store.MakeRoomAsync(db, Enumerable.Range(-3, 4).Select(day.AddDays).ToHashSet(), Cancel);
        await queue.ExecuteAsync(FormattableString.Invariant(
            $"""
            INSERT INTO fixes (driver, fix_time, received_time, lat, lng)
            SELECT 'd' || d, timestamptz '{day:yyyy-MM-dd} 00:00:00+00' - interval '3 days' + i * interval '345.6 s', now(), 37, -122 FROM generate_series(1, 1000) d, generate_series(0, 999) i
            """));
        await queue.ExecuteAsync("ANALYZE fixes");
        var from = new DateTimeOffset(day, new TimeOnly(6, 0), TimeSpan.Zero);

        // The product's own query, as it goes over the wire.
        var plan = await ExplainAsync(db, TrailPages.Query(db, "d500", from, from.AddHours(6)));

        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
        Assert.Contains("Index Scan", plan, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"fixes_{day:yyyyMMdd}_pkey"), plan, StringComparison.Ordinal);
        Assert.Equal(1, plan.Split("\"Relation Name\"").Length - 1);
        Assert.Equal(62, (await TrailPages.Query(db, "d500", from, from.AddHours(6)).ToListAsync(Cancel)).Count, tolerance: 1);
    }

    [Fact]
    public async Task FullQueue_LiveGoesOnAndNothingIsSettled_UntilRecordsHasMadeRoom()
    {
        await redis.BeginAsync();
        var database = await postgres.CreateDatabaseAsync();
        var queue = new TestQueue(redis.Database, database);
        await using var node = await TrackingNode.StartAsync(redis.EndPoint, ("Hub:HistoryMaxBytes", 2_000));
        var phone = new TestDriver("d1");
        var settled = 0;
        while (true)
        {
            using var request = phone.Request([.. Enumerable.Range(0, 5).Select(i => TestDriver.FixAt(Now + 1_000 * (settled + i), settled + i))]);
            using var answer = await node.Http.SendAsync(request, Cancel);
            if (!answer.IsSuccessStatusCode)
            {
                Assert.Contains("/problems/hub-full", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
                break;
            }

            settled += 5;
        }

        var newest = Now + 1_000 * (settled + 4);
        Assert.StartsWith(newest.ToString(System.Globalization.CultureInfo.InvariantCulture), await redis.Database.HashGetAsync("{p0}:slot:d1", "fix"), StringComparison.Ordinal);
        Assert.True(await queue.CountedBytesAsync() <= 2_000);
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database, null, ("Hub:HistoryMaxBytes", 2_000));
        await queue.UntilEmptyAsync();
        Assert.Equal(settled, (await queue.FixesAsync()).Count);

        await phone.ReportAsync(node, [.. Enumerable.Range(0, 5).Select(i => TestDriver.FixAt(Now + 1_000 * (settled + i), settled + i))]);
        await queue.UntilEmptyAsync();

        Assert.Equal(Enumerable.Range(0, settled + 5).Select(i => ("d1", Now + 1_000L * i)), await queue.FixesAsync());
    }

    [Fact]
    public async Task OnSqlite_TheSameSliceWritesReadsAndForgets()
    {
        await redis.BeginAsync();
        var folder = Directory.CreateTempSubdirectory("ridetracker-sqlite-");
        try
        {
            var file = $"Data Source={Path.Combine(folder.FullName, "records.db")}";
            await using (var db = new RecordsDb(RecordsDbDesign.Options(new DatabaseOptions { Engine = DatabaseEngine.Sqlite, ConnectionString = file }))) await db.Database.EnsureCreatedAsync(Cancel);
            var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(Now + 60_000)) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
            var hook = new TestHook();
            var queue = new TestQueue(redis.Database, "");
            await queue.PushAsync(Element("n1-1", Line("d1", Now, 3), Line("d1", Now + 1_000, 3)), "bad");
            await using var records = await RecordsNode.StartAsync(
                redis.EndPoint, file, time, services => services.AddSingleton<IFixesWritten>(hook), ("Database:Engine", "Sqlite"));
            await queue.UntilEmptyAsync();
            using var desk = records.As(TestTokens.Dispatcher());
            using var csv = new HttpRequestMessage(HttpMethod.Get, FormattableString.Invariant($"/v1/drivers/d1/trail?from={Now}&to={Now + 60_000}")) { Headers = { { "Accept", "text/csv" } } };
            using var answer = await desk.SendAsync(csv, Cancel);
            var rows = (await answer.Content.ReadAsStringAsync(Cancel)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            await using (var db = await records.Services.GetRequiredService<IDbContextFactory<RecordsDb>>().CreateDbContextAsync(Cancel))
                Assert.Equal(1, await db.Set<DeadFix>().CountAsync(Cancel));

            time.Advance(TimeSpan.FromDays(32));
            await records.ForgetAsync();

            Assert.Equal(5, rows.Length);
            Assert.Equal(4, hook.Heard.Count);
            await using (var db = await records.Services.GetRequiredService<IDbContextFactory<RecordsDb>>().CreateDbContextAsync(Cancel))
                Assert.Equal(0, await db.Set<TrailFix>().CountAsync(Cancel));
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    private static async Task InsertAsync(RecordsNode records, string driver, IReadOnlyList<DateTimeOffset> times)
    {
        var store = records.Services.GetRequiredService<IFixStore>();
        await using var db = await records.Services.GetRequiredService<IDbContextFactory<RecordsDb>>().CreateDbContextAsync(Cancel);
        await store.MakeRoomAsync(db, times.Select(time => DateOnly.FromDateTime(time.UtcDateTime)).ToHashSet(), Cancel);
        foreach (var time in times) db.Add(new TrailFix { Driver = driver, FixTime = time, ReceivedTime = time, Latitude = 1, Longitude = 2 });
        await db.SaveChangesAsync(Cancel);
    }

    private static async Task<string> ExplainAsync(RecordsDb db, IQueryable<TrailFix> query)
    {
        await db.Database.OpenConnectionAsync(Cancel);
        using var own = query.CreateDbCommand();
        own.CommandText = "EXPLAIN (FORMAT JSON) " + own.CommandText;
        var plan = (string)(await own.ExecuteScalarAsync(Cancel))!;
        using var checkedPlan = JsonDocument.Parse(plan);
        return plan;
    }
}
