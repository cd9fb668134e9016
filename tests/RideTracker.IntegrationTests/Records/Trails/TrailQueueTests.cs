using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Hub;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Records.Trails;
using static RideTracker.IntegrationTests.Records.Trails.TestQueue;

namespace RideTracker.IntegrationTests.Records.Trails;

/// <summary>From the hub's queue into the history: each accepted fix once, whatever happens on the way.</summary>
public class TrailQueueTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fixes_AcceptedByANode_AreInTheHistoryAsReported()
    {
        var (queue, database) = await BeginAsync();
        var driver = DriverId.Parse("d1");
        var whole = new DriverFix(Now, 37.7749295, -122.4194155)
        {
            AccuracyMeters = 4.5f,
            SpeedMps = 8.25f,
            HeadingDegrees = 187.5f,
            AltitudeMeters = -3.25f,
            Battery = 0.75f,
            Charging = true,
            Mock = false,
        };
        await using (var node = await HubNode.StartAsync(redis.EndPoint)) await node.WriteAsync(driver, whole, new DriverFix(Now + 1_000, 1, 2));
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database);

        await queue.UntilEmptyAsync();

        Assert.Equal([("d1", Now), ("d1", Now + 1_000)], await queue.FixesAsync());
        Assert.Equal(0, await queue.CountedBytesAsync());
        Assert.Equal(
            "37.7749295|-122.4194155|4.5|8.25|187.5|-3.25|0.75|t|f",
            await queue.ScalarAsync<string>("SELECT concat_ws('|', lat, lng, accuracy, speed, heading, altitude, battery, charging, mock) FROM fixes ORDER BY fix_time LIMIT 1"));
        Assert.Equal(
            2L, await queue.ScalarAsync<long>("SELECT count(*) FROM fixes WHERE received_time BETWEEN now() - interval '5 minutes' AND now() + interval '1 minute'"));
        Assert.Equal(1L, await queue.ScalarAsync<long>("SELECT count(*) FROM fixes WHERE accuracy IS NULL AND speed IS NULL AND charging IS NULL"));
    }

    [Fact]
    public async Task AnElement_ThatIsThereTwice_IsWrittenAndToldOnce()
    {
        var (queue, database) = await BeginAsync();
        var hook = new TestHook();
        var element = Element("n1-1", Line("d1", Now, 3), Line("d2", Now, 2), Line("d1", Now + 1_000, 3));
        await queue.PushAsync(element, element, Element("n1-2", Line("d1", Now + 1_000, 4)));
        await using var records = await StartAsync(database, hook);

        await queue.UntilEmptyAsync();
        await queue.PushAsync(element);
        await queue.UntilEmptyAsync();

        (string, long)[] all = [.. Enumerable.Range(0, 5).Select(i => ("d1", Now + 1_000 * i)), ("d2", Now), ("d2", Now + 1_000)];
        Assert.Equal(all, await queue.FixesAsync());
        Assert.Equal(all, hook.Heard.Order());
    }

    [Fact]
    public async Task HubRestoredFromAnOlderState_ChangesNothing()
    {
        var (queue, database) = await BeginAsync();
        string[] elements = [.. Enumerable.Range(0, 50).Select(i => Element(FormattableString.Invariant($"n1-{i}"), Line("d1", Now + 10_000 * i, 10)))];
        await queue.PushAsync(elements);
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database);
        await queue.UntilEmptyAsync();
        var before = await queue.FixesAsync();

        await redis.Database.ExecuteAsync("FLUSHALL");
        await queue.PushAsync(elements[20..]);
        await queue.PushAsync(Element("n2-1", Line("d1", Now + 500_000, 10)));
        await queue.UntilEmptyAsync();

        var after = await queue.FixesAsync();
        Assert.Equal(500, before.Count);
        Assert.Equal([.. before, .. Enumerable.Range(0, 10).Select(i => ("d1", Now + 500_000 + 1_000 * i))], after);
        Assert.Equal(0, await queue.CountedBytesAsync());
    }

    [Fact]
    public async Task TwoRecords_WriteEachFixOnce()
    {
        var (queue, database) = await BeginAsync(4);
        var hook = new TestHook();
        (string, object)[] settings = [("Hub:Partitions", 4), ("Trails:BatchBytes", 16_384), ("Trails:PollMs", 10)];
        await using var one = await StartAsync(database, hook, settings);
        await using var two = await StartAsync(database, hook, settings);
        await using var node = await HubNode.StartAsync(redis.EndPoint, settings: [("Hub:Partitions", 4)]);
        var drivers = Enumerable.Range(0, 40).Select(i => DriverId.Parse(FormattableString.Invariant($"d{i}"))).ToList();
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(drivers.Select(driver => node.WriteAsync(
                driver, [.. Enumerable.Range(0, 10).Select(i => new DriverFix(Now - 300_000 + 10_000 * round + 1_000 * i, 37.77, -122.4 + 0.0001 * i))])));
            // The one that reads at this moment goes, and the other must take over.
            if (round == 10) await one.KillAsync();
        }

        await queue.UntilEmptyAsync(4);

        var expected = drivers.SelectMany(driver => Enumerable.Range(0, 200).Select(i => (driver.Value, Now - 300_000 + 1_000 * i))).OrderBy(fix => fix.Value, StringComparer.Ordinal).ThenBy(fix => fix.Item2);
        Assert.Equal(expected, await queue.FixesAsync());
        Assert.Empty(two.Errors.All);
    }

    [Fact]
    public async Task HubLostBetweenCommitAndTrim_TheBatchIsReadAgainAndChangesNothing()
    {
        await redis.BeginAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var own = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var first = await own.ConnectAsync();
        await new TestQueue(first.GetDatabase(), database).PushAsync(Element("n1-1", Line("d1", Now, 100)));
        var killed = false;
        // Inside the transaction, after the rows: it commits, and can't take the batch off the queue.
        var hook = new TestHook(async (_, _) =>
        {
            if (killed) return;
            killed = true;
            await own.KillAsync();
        });
        await using var records = await RecordsNode.StartAsync(own.EndPoint, database, null, services => services.AddSingleton<IFixesWritten>(hook));
        var table = new TestQueue(first.GetDatabase(), database);
        await UntilAsync(async () => await table.ScalarAsync<long>("SELECT count(*) FROM fixes") == 100);

        await own.StartAgainAsync();
        await using var again = await own.ConnectAsync();
        Assert.True(killed);
        await new TestQueue(again.GetDatabase(), database).UntilEmptyAsync();

        Assert.Equal(100, (await table.FixesAsync()).Count);
        Assert.Equal(100, hook.Heard.Count);
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(200_000)]
    public async Task ConnectionCutInTheMiddleOfCopy_LosesAndDoublesNothing(int afterBytes)
    {
        var (queue, database) = await BeginAsync();
        var builder = new NpgsqlConnectionStringBuilder(database);
        await using var relay = new CuttingRelay(builder.Port);
        builder.Port = relay.Port;
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, builder.ConnectionString);
        await queue.PushAsync(Element("n1-0", Line("d0", Now, 1)));
        await queue.UntilEmptyAsync();

        // 20,000 fixes of 100 bytes: the cut is in the COPY.
        relay.CutAfter(afterBytes);
        await queue.PushAsync(Element("n1-1", [.. Enumerable.Range(0, 40).Select(i => Line(FormattableString.Invariant($"c{i}"), Now - 600_000, 500))]));
        await queue.UntilEmptyAsync();

        Assert.Equal(1, relay.Cuts);
        var fixes = await queue.FixesAsync();
        Assert.Equal(20_001, fixes.Count);
        Assert.Equal(20_001, fixes.Distinct().Count());
    }

    [Fact]
    public async Task KilledInMidBatch_AndStartedAgain_EachFixIsThereOnce()
    {
        var (queue, database) = await BeginAsync();
        const int Rounds = 3, Each = 130, Elements = Rounds * Each;
        var pushed = 0;
        async Task PushAsync(int i) => await queue.PushAsync(Element(FormattableString.Invariant($"n1-{i}"), Line(FormattableString.Invariant($"d{i % 7}"), Now - 4_000_000 + 250_000L * (i / 7 % 8) + i, 250)));

        var kills = 0;
        for (long seen = 0; kills < Rounds; kills++)
        {
            // New ones each time: a process that had all to itself for a while leaves none, and the next one would have nothing to be killed in.
            for (var i = 0; i < Each; i++) await PushAsync(pushed++);
            await using var records = RecordsProcess.Start(redis.EndPoint, database, ("Trails:BatchBytes", "65536"));
            await UntilAsync(async () => records.HasExited || await queue.ScalarAsync<long>("SELECT count(*) FROM fixes") > seen);
            Assert.False(records.HasExited);
            await records.KillAsync();
            seen = await queue.ScalarAsync<long>("SELECT count(*) FROM fixes");
        }

        await using var last = RecordsProcess.Start(redis.EndPoint, database);
        await queue.UntilEmptyAsync();

        var fixes = await queue.FixesAsync();
        Assert.Equal(Elements * 250, fixes.Count);
        Assert.Equal(Elements * 250, fixes.Distinct().Count());
        Assert.Equal(0, await queue.CountedBytesAsync());
    }

    private async Task<(TestQueue Queue, string Database)> BeginAsync(int partitions = 1)
    {
        await redis.BeginAsync();
        await redis.Database.HashSetAsync("hub", "partitions", partitions.ToString(CultureInfo.InvariantCulture));
        var database = await postgres.CreateDatabaseAsync();
        return (new TestQueue(redis.Database, database), database);
    }

    private Task<RecordsNode> StartAsync(string database, TestHook hook, params (string Key, object Value)[] settings) =>
        RecordsNode.StartAsync(redis.EndPoint, database, null, services => services.AddSingleton<IFixesWritten>(hook), settings);
}
