using RideTracker.Hosting;
using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub;

namespace RideTracker.IntegrationTests.Hub;

/// <summary>Several nodes on one hub.</summary>
public abstract partial class HubContract
{
    [Fact]
    public async Task EightWritersAtOnce_NumberEachChangeOnce()
    {
        const int writers = 8, reports = 40;
        var drivers = Enumerable.Range(0, 4).Select(i => DriverId.Parse($"busy{i}")).ToArray();
        var nodes = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => NodeAsync()));
        var ears = await Task.WhenAll(drivers.Select(driver => EarOfAsync(driver)));

        // Each fix is sent by two writers, in an order of each writer's own.
        await Task.WhenAll(nodes.Select((node, writer) => Task.Run(async () =>
        {
            var random = new Random(writer);
            var mine = Enumerable.Range(0, reports).Select(i => writer / 2 * reports + i).OrderBy(_ => random.Next()).ToArray();
            foreach (var second in mine)
            {
                var verdicts = await Task.WhenAll(drivers.Select(driver => node.WriteAsync(driver, Fix(second))));
                Assert.All(verdicts, verdict => Assert.Equal((HubOutcome.Taken, 1), (verdict.Outcome, verdict.Accepted + verdict.Duplicates)));
            }
        }, TestContext.Current.CancellationToken)));

        var history = await HistoryAsync();
        var all = Enumerable.Range(0, writers / 2 * reports).Select(second => Fix(second).FixTimeMs).ToList();
        for (var i = 0; i < drivers.Length; i++)
        {
            var slot = await nodes[0].SlotAsync(drivers[i]);
            Assert.Equal(all[^1], slot.Newest!.Value.FixTimeMs);
            Assert.Equal(all, history.TimesOf(drivers[i]).Order());
            var told = (await ears[i].AllAsync()).Select(one => HubMessage.Parse(one.Text)).ToList();
            Assert.NotEmpty(told);
            var (number, time) = (0L, 0L);
            foreach (var message in told)
            {
                Assert.Equal(number, message.Previous);
                Assert.True(message.Number > number, $"number {message.Number} came after {number}");
                Assert.True(message.FixTimes[0] > time, "a position was older than the one before it");
                (number, time) = (message.Number, message.FixTimes[^1]);
            }

            Assert.Equal(slot.Number, number);
        }

        Assert.Equal(history.BatchIds.Count, history.BatchIds.Distinct().Count());
    }

    [Fact]
    public async Task Numbers_RiseAtLeastAsFastAsTheClock()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(0));
        var first = await node.SlotAsync(Ann);
        // As if the hub had been restored from a state of long ago: what was issued since must not be issued again.
        await Database.HashSetAsync(HubKeys.Slot(0, Ann), "n", first.Number - 100_000_000);

        await node.WriteAsync(Ann, Fix(1));

        Assert.True((await node.SlotAsync(Ann)).Number > first.Number - 1);
    }

    [Fact]
    public async Task Numbers_RiseByOneWhereTheyAreAheadOfTheClock()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(0));
        var ahead = NowMs() + 100_000_000;
        await Database.HashSetAsync(HubKeys.Slot(0, Ann), "n", ahead);

        await node.WriteAsync(Ann, Fix(1));

        Assert.Equal(ahead + 1, (await node.SlotAsync(Ann)).Number);
    }

    [Fact]
    public async Task AllNodes_AgreeOnIncarnationAndSecret()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => NodeAsync()));

        Assert.NotEmpty(nodes[0].Link.Incarnation);
        Assert.Single(nodes.Select(node => node.Link.Incarnation).Distinct());
        Assert.Single(nodes.Select(node => Convert.ToHexString(node.Link.Secret)).Distinct());
        Assert.Equal(32, nodes[0].Link.Secret.Length);
    }

    [Fact]
    public async Task NodeWithAnotherNumberOfPartitions_RefusesToStartAndSaysWhatWouldBeRight()
    {
        await NodeAsync(("Hub:Partitions", 4));

        var refused = await Assert.ThrowsAsync<HubMismatchException>(() => NodeAsync(("Hub:Partitions", 2)));

        Assert.Contains("Hub:Partitions is 2 here", refused.Message, StringComparison.Ordinal);
        Assert.Contains("was begun with 4", refused.Message, StringComparison.Ordinal);
        await NodeAsync(("Hub:Partitions", 4));
    }

    [Fact]
    public async Task FourPartitions_HoldTheirDriversApart()
    {
        var node = await NodeAsync(("Hub:Partitions", 4));
        var drivers = Enumerable.Range(0, 40).Select(i => DriverId.Parse($"spread{i}")).ToArray();
        var verdicts = await Task.WhenAll(drivers.Select(driver => node.WriteAsync(driver, Fix(1))));

        Assert.All(verdicts, verdict => Assert.Equal(HubOutcome.Taken, verdict.Outcome));
        Assert.Equal(4, drivers.Select(node.Partition).Distinct().Count());
        foreach (var driver in drivers)
        {
            Assert.True(await Database.KeyExistsAsync(HubKeys.Slot(node.Partition(driver), driver)));
            Assert.Equal(Fix(1), (await node.SlotAsync(driver)).Newest);
        }

        Assert.Equal(40, (await HistoryAsync(partitions: 4)).Fixes.Count);
    }
}
