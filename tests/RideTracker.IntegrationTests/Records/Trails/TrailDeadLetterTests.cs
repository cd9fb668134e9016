using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.IntegrationTests.Engines;
using RideTracker.Records.Trails;
using static RideTracker.IntegrationTests.Records.Trails.TestQueue;

namespace RideTracker.IntegrationTests.Records.Trails;

/// <summary>What the history can't take is put aside, alone, and the queue goes on.</summary>
public class TrailDeadLetterTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>
{
    [Fact]
    public async Task WhatCanNotBeRead_IsPutAsideWithItsPayload_AndLosesNothingElse()
    {
        var (queue, database) = await BeginAsync();
        await queue.PushAsync(
            "no line break at all",
            Element("n1-1", Line("d1", Now, 2), "not/a/driver 1 2", Line("d2", Now, 1)),
            FormattableString.Invariant($"n1-2\nd3 {Now} {Now},37,-122;{Now + 1},x,-122;{Now + 2},91,-122;{Now + 3},38,-122;{Now + 4},38\n"),
            Element("n1-3", "d4 soon 1,2,3;"));
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database);

        await queue.UntilEmptyAsync();

        Assert.Equal([("d1", Now), ("d1", Now + 1_000), ("d2", Now), ("d3", Now), ("d3", Now + 3)], await queue.FixesAsync());
        Assert.Equal(
            [
                "n1-1|2||not/a/driver 1 2|the line begins with no driver id",
                FormattableString.Invariant($"n1-2|1|d3|{Now + 1},x,-122;|no fix can be read there"),
                FormattableString.Invariant($"n1-2|2|d3|{Now + 2},91,-122;|no fix can be read there"),
                FormattableString.Invariant($"n1-2|4|d3|{Now + 4},38|no fix can be read there"),
                "n1-3|0|d4|d4 soon 1,2,3;|no time of receipt after the driver id",
                "sha256-|-1||no line break at all|no line break after the id",
            ],
            await queue.TextsAsync(
                "SELECT concat(left(element, 7), '|', place, '|', driver, '|', convert_from(payload, 'UTF8'), '|', error) FROM dead_fixes WHERE kind = 'unreadable' ORDER BY element COLLATE \"C\", place"));
        Assert.Equal(0, await queue.CountedBytesAsync());
    }

    [Fact]
    public async Task ARowThatTheDatabaseRefuses_IsFoundAndPutAside()
    {
        var (queue, database) = await BeginAsync();
        await queue.ExecuteAsync("ALTER TABLE fixes ADD CONSTRAINT no_poison CHECK (lat <> 13.5)");
        var bad = FormattableString.Invariant($"d50 {Now} {Now},13.5,1;{Now + 1},13.6,1;");
        var element = Element("n1-1", [.. Enumerable.Range(0, 100).Select(i => i == 50 ? bad : Line(FormattableString.Invariant($"d{i}"), Now, 20))]);
        await queue.PushAsync(element);
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database);

        await queue.UntilEmptyAsync();
        // Read again it leaves no second letter.
        await queue.PushAsync(element);
        await queue.UntilEmptyAsync();

        Assert.Equal(99 * 20 + 1, (await queue.FixesAsync()).Count);
        var letter = Assert.Single(await queue.TextsAsync("SELECT concat(kind, '|', driver, '|', convert_from(payload, 'UTF8'), '|', error) FROM dead_fixes"));
        Assert.StartsWith(FormattableString.Invariant($"refused|d50|d50 {Now} {Now},13.5,1;|PostgresException: 23514"), letter, StringComparison.Ordinal);
        Assert.Contains("no_poison", letter, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHookThatFailsForAFix_LosesThatFixToNobodyElse()
    {
        var (queue, database) = await BeginAsync();
        var failing = new TestHook((_, fixes) => fixes.Any(fix => fix.Driver.Value == "d7") ? throw new InvalidOperationException("no d7 here") : Task.CompletedTask);
        var other = new TestHook();
        await queue.PushAsync(Element("n1-1", [.. Enumerable.Range(0, 10).Select(i => Line(FormattableString.Invariant($"d{i}"), Now, 3))]));
        await using var records = await RecordsNode.StartAsync(
            redis.EndPoint, database, null, services => services.AddSingleton<IFixesWritten>(failing).AddSingleton<IFixesWritten>(other));

        await queue.UntilEmptyAsync();

        Assert.Equal(30, (await queue.FixesAsync()).Count);
        Assert.Equal(["hook|0", "hook|1", "hook|2"], await queue.TextsAsync("SELECT concat(kind, '|', place - 21) FROM dead_fixes WHERE driver = 'd7' AND error LIKE '%no d7 here%' ORDER BY 1"));
        Assert.Equal(3, other.Heard.Count(fix => fix.Driver == "d7"));
        Assert.Equal(27, await queue.ScalarAsync<long>("SELECT count(*) FROM fixes WHERE driver <> 'd7'"));
    }

    [Fact]
    public async Task WhatAHookWritesForABatchThatFails_IsNotThere()
    {
        var (queue, database) = await BeginAsync();
        await queue.ExecuteAsync("CREATE TABLE heard (driver text)");
        var turns = 0;
        var hook = new TestHook(async (db, fixes) =>
        {
            foreach (var fix in fixes) await db.Database.ExecuteSqlAsync($"INSERT INTO heard VALUES ({fix.Driver.Value})", CancellationToken.None);
            // Trouble that passes: the whole batch is written again.
            if (turns++ == 0) throw new TimeoutException("too slow");
        });
        await queue.PushAsync(Element("n1-1", Line("d1", Now, 3)));
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database, null, services => services.AddSingleton<IFixesWritten>(hook));

        await queue.UntilEmptyAsync();

        Assert.Equal(2, turns);
        Assert.Equal(3, await queue.ScalarAsync<long>("SELECT count(*) FROM heard"));
        Assert.Equal(3, (await queue.FixesAsync()).Count);
        Assert.Equal(0, await queue.ScalarAsync<long>("SELECT count(*) FROM dead_fixes"));
    }

    [Fact]
    public async Task AHookThatLosesADeadlock_HearsOfTheFixAgain()
    {
        var (queue, database) = await BeginAsync();
        await queue.ExecuteAsync("CREATE FUNCTION lose() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '40P01'; END $$");
        var turns = 0;
        var hook = new TestHook(async (db, _) =>
        {
            if (turns++ == 0) await db.Database.SqlQuery<int>($"SELECT lose() AS \"Value\"").SingleAsync(CancellationToken.None);
        });
        await queue.PushAsync(Element("n1-1", Line("d1", Now, 1)));
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database, null, services => services.AddSingleton<IFixesWritten>(hook));

        await queue.UntilEmptyAsync();

        Assert.Equal(2, turns);
        Assert.Single(await queue.FixesAsync());
        Assert.Equal(0, await queue.ScalarAsync<long>("SELECT count(*) FROM dead_fixes"));
    }

    private async Task<(TestQueue Queue, string Database)> BeginAsync()
    {
        await redis.BeginAsync();
        var database = await postgres.CreateDatabaseAsync();
        return (new TestQueue(redis.Database, database), database);
    }
}
