using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub;

namespace RideTracker.IntegrationTests.Hub;

/// <summary>Fixes into the live view: the newest wins, the rest changes nothing there.</summary>
public abstract partial class HubContract
{
    [Fact]
    public async Task FirstFix_OfADriver_IsItsPositionAndIsToldToItsWatchers()
    {
        var node = await NodeAsync();
        var fix = Fix(0) with { SpeedMps = 8.4f, HeadingDegrees = 187, AccuracyMeters = 5, Battery = 0.8f, Charging = true };
        var ear = await EarAsync(HubKeys.DriverChannel(0, Ann), HubKeys.CellChannel(0, CellOf(fix)));
        var before = NowMs();

        var verdict = await node.WriteAsync(Ann, fix);

        Assert.Equal(new HubVerdict(HubOutcome.Taken, 1, 0, fix.FixTimeMs, OnTrip: false, DriverDemand.Watched), verdict);
        var slot = await node.SlotAsync(Ann);
        Assert.Equal(fix, slot.Newest);
        Assert.Equal(CellOf(fix), slot.Cell);
        Assert.InRange(slot.Number, before - 5_000, before + 60_000);
        Assert.InRange(slot.LastHeardMs, before - 5_000, before + 60_000);
        Assert.Equal(slot.LastHeardMs, slot.IdleSinceMs);
        Assert.False(slot.Stale || slot.Gone || slot.Busy);
        Assert.Equal(new TrackPoint(slot.Number, fix.FixTimeMs, fix.Latitude, fix.Longitude), Assert.Single(slot.Track));
        var told = await ear.AllAsync();
        Assert.Equal([HubKeys.DriverChannel(0, Ann), HubKeys.CellChannel(0, CellOf(fix))], told.Select(one => one.Channel));
        Assert.Equal(told[0].Text, told[1].Text);
        var message = HubMessage.Parse(told[0].Text);
        Assert.Equal(('f', 0, slot.Number, "-", "ann", slot.Cell), (message.Kind, message.Previous, message.Number, message.Trip, message.Driver, message.Cell));
        Assert.Equal([fix.FixTimeMs], message.FixTimes);
    }

    [Fact]
    public async Task UnknownDriver_HasNoSlot()
    {
        var node = await NodeAsync();

        Assert.Null(await node.Reader.ReadDriverAsync(Ann, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task NewestFixTime_Wins_WhateverTheOrderAndTheNode()
    {
        var nodes = new[] { await NodeAsync(), await NodeAsync() };
        int[][] orders = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];
        foreach (var order in orders)
        {
            foreach (var first in (int[])[0, 1])
            {
                var driver = Protocol.DriverId.Parse($"d{string.Concat(order)}-{first}");
                for (var i = 0; i < order.Length; i++)
                {
                    var verdict = await nodes[(first + i) % 2].WriteAsync(driver, Fix(order[i]));
                    Assert.Equal((HubOutcome.Taken, 1, 0), (verdict.Outcome, verdict.Accepted, verdict.Duplicates));
                    Assert.Equal(Fix(order[..(i + 1)].Max()).FixTimeMs, verdict.NewestFixTimeMs);
                }

                foreach (var node in nodes) Assert.Equal(Fix(3), (await node.SlotAsync(driver)).Newest);
                Assert.Equal(order.Select(second => Fix(second).FixTimeMs), (await HistoryAsync()).TimesOf(driver));
            }
        }
    }

    [Fact]
    public async Task LateFix_GoesToTheHistoryOnly()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(10));
        var before = await node.SlotAsync(Ann);
        var ear = await EarAsync(HubKeys.DriverChannel(0, Ann), HubKeys.CellChannel(0, before.Cell));

        var verdict = await node.WriteAsync(Ann, Fix(5));

        Assert.Equal(new HubVerdict(HubOutcome.Taken, 1, 0, Fix(10).FixTimeMs, OnTrip: false, DriverDemand.Unknown), verdict);
        Assert.Empty(await ear.AllAsync());
        var after = await node.SlotAsync(Ann);
        Assert.Equal((before.Number, before.Newest), (after.Number, after.Newest));
        Assert.Equal(before.Track, after.Track);
        Assert.Equal([Fix(10).FixTimeMs, Fix(5).FixTimeMs], (await HistoryAsync()).TimesOf(Ann));
    }

    [Fact]
    public async Task DuplicateFix_ChangesNothing()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(10));
        await node.WriteAsync(Ann, Fix(5));
        await node.WriteAsync(Ann, Fix(20));
        var before = await node.SlotAsync(Ann);
        var ear = await EarAsync(HubKeys.DriverChannel(0, Ann), HubKeys.CellChannel(0, before.Cell));

        foreach (var second in (int[])[20, 10, 5])
            Assert.Equal(new HubVerdict(HubOutcome.Taken, 0, 1, Fix(20).FixTimeMs, OnTrip: false, DriverDemand.Unknown), await node.WriteAsync(Ann, Fix(second)));

        Assert.Empty(await ear.AllAsync());
        var after = await node.SlotAsync(Ann);
        Assert.Equal((before.Number, before.Newest), (after.Number, after.Newest));
        Assert.Equal(before.Track, after.Track);
        var history = await HistoryAsync();
        Assert.Equal(3, history.BatchIds.Count);
        Assert.Equal(3, history.Fixes.Count);
    }

    [Fact]
    public async Task SameTimeWithOtherContent_TheFirstWins()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(10));
        var other = new DriverFix(Fix(10).FixTimeMs, 37.9, -122.3) { SpeedMps = 3 };

        var verdict = await node.WriteAsync(Ann, other);

        Assert.Equal((0, 1), (verdict.Accepted, verdict.Duplicates));
        Assert.Equal(Fix(10), (await node.SlotAsync(Ann)).Newest);
        Assert.Single((await HistoryAsync()).Fixes);
    }

    [Fact]
    public async Task RepeatOfAReportOf500Fixes_Is500Duplicates()
    {
        var node = await NodeAsync();
        var report = Fixes(0, 500);
        Assert.Equal(500, (await node.WriteAsync(Ann, report)).Accepted);
        var number = (await node.SlotAsync(Ann)).Number;

        var verdict = await node.WriteAsync(Ann, report);

        Assert.Equal(new HubVerdict(HubOutcome.Taken, 0, 500, report[^1].FixTimeMs, OnTrip: false, DriverDemand.Unknown), verdict);
        Assert.Equal(number, (await node.SlotAsync(Ann)).Number);
        Assert.Equal(500, (await HistoryAsync()).Fixes.Count);
    }

    [Fact]
    public async Task RepeatOfALateReportOf500Fixes_Is500Duplicates()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(1_000));
        Assert.Equal(500, (await node.WriteAsync(Ann, Fixes(0, 500))).Accepted);

        var verdict = await node.WriteAsync(Ann, Fixes(0, 500));

        Assert.Equal((0, 500), (verdict.Accepted, verdict.Duplicates));
        Assert.Equal(501, (await HistoryAsync()).Fixes.Count);
    }

    [Fact]
    public async Task MixedReport_IsSortedOutFixByFix()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(10), Fix(20));
        var before = await node.SlotAsync(Ann);
        var ear = await EarOfAsync(Ann);

        // Late, known, late, known, newer, newer.
        var verdict = await node.WriteAsync(Ann, Fix(5), Fix(10), Fix(15), Fix(20), Fix(25), Fix(30));

        Assert.Equal(new HubVerdict(HubOutcome.Taken, 4, 2, Fix(30).FixTimeMs, OnTrip: false, DriverDemand.Watched), verdict);
        var after = await node.SlotAsync(Ann);
        Assert.Equal(Fix(30), after.Newest);
        Assert.Equal([10, 20, 25, 30], after.Track.Select(point => (point.FixTimeMs - T0) / 1000));
        var message = HubMessage.Parse(Assert.Single(await ear.AllAsync()).Text);
        Assert.Equal((before.Number, after.Number), (message.Previous, message.Number));
        Assert.Equal([Fix(25).FixTimeMs, Fix(30).FixTimeMs], message.FixTimes);
        Assert.Equal([10, 20, 5, 15, 25, 30], (await HistoryAsync()).TimesOf(Ann).Select(time => (time - T0) / 1000));
    }

    [Fact]
    public async Task OneDriverSeveralTimesInABatch_IsTakenInOrderAndToldOnce()
    {
        var node = NodeToStart();
        // The writer is not running yet, so these stand in its queue and go as one batch.
        var writes = new[]
        {
            node.WriteAsync(Ann, Fix(10)),
            node.WriteAsync(Bob, Fix(1)),
            node.WriteAsync(Ann, Fix(20), Fix(30)),
            node.WriteAsync(Ann, Fix(10), Fix(15)),
            node.WriteAsync(Ann, Fix(15), Fix(40)),
        };
        var ear = await EarAsync(HubKeys.DriverChannel(0, Ann), HubKeys.DriverChannel(0, Bob));
        await node.StartAsync();

        var verdicts = await Task.WhenAll(writes);

        Assert.Equal([(1, 0), (1, 0), (2, 0), (1, 1), (1, 1)], verdicts.Select(verdict => (verdict.Accepted, verdict.Duplicates)));
        Assert.All(verdicts, verdict => Assert.Equal(HubOutcome.Taken, verdict.Outcome));
        Assert.Equal(Fix(40), (await node.SlotAsync(Ann)).Newest);
        var told = (await ear.AllAsync()).Select(one => HubMessage.Parse(one.Text)).ToList();
        Assert.Equal(["ann", "bob"], told.Select(message => message.Driver));
        Assert.Equal([10, 20, 30, 40], told[0].FixTimes.Select(time => (time - T0) / 1000));
        var history = await HistoryAsync();
        Assert.Single(history.BatchIds);
        Assert.Equal([10, 20, 30, 15, 40], history.TimesOf(Ann).Select(time => (time - T0) / 1000));
    }

    [Fact]
    public async Task BacklogOfOneDriverInOneBatch_LeavesTheLastReportKnown()
    {
        var node = NodeToStart();
        var writes = Enumerable.Range(0, 4).Select(i => node.WriteAsync(Ann, Fixes(i * 500, 500))).ToList();
        await node.StartAsync();
        Assert.All(await Task.WhenAll(writes), verdict => Assert.Equal(500, verdict.Accepted));

        var verdict = await node.WriteAsync(Ann, Fixes(1_500, 500));

        Assert.Equal((0, 500), (verdict.Accepted, verdict.Duplicates));
        var slot = await node.SlotAsync(Ann);
        Assert.Equal(Fix(1_999), slot.Newest);
        Assert.True(slot.Track.Count >= 100, $"the track has {slot.Track.Count} places");
        Assert.Equal(slot.Newest!.Value.FixTimeMs, slot.Track[^1].FixTimeMs);
    }

    [Fact]
    public async Task LongDrive_KeepsATrackOfTheEnd()
    {
        var node = await NodeAsync();
        for (var i = 0; i < 12; i++) Assert.Equal(200, (await node.WriteAsync(Ann, Fixes(i * 200, 200))).Accepted);

        var slot = await node.SlotAsync(Ann);

        Assert.True(slot.Track.Count >= 100, $"the track has {slot.Track.Count} places");
        Assert.Equal(Enumerable.Range(2_400 - slot.Track.Count, slot.Track.Count), slot.Track.Select(point => (int)((point.FixTimeMs - T0) / 1000)));
        Assert.Equal(slot.Number, slot.Track[^1].Number);
        var kept = await Database.ListRangeAsync(HubKeys.Track(0, Ann));
        Assert.InRange(kept.Sum(element => element.Length()), 12_000, 24_000);
    }

    [Fact]
    public async Task ReportThatTheHubRefuses_DoesNotBlockTheOthersOfItsBatch()
    {
        var node = NodeToStart();
        // No check lets this pass; Redis refuses the place, the embedded server takes it.
        var bad = node.WriteAsync(Ann, Fix(1, lat: 89));
        var good = node.WriteAsync(Bob, Fix(1));
        await node.StartAsync();

        await bad;
        Assert.Equal(HubOutcome.Taken, (await good).Outcome);
        Assert.Equal(Fix(1), (await node.SlotAsync(Bob)).Newest);
        Assert.Contains(Fix(1).FixTimeMs, (await HistoryAsync()).TimesOf(Bob));
    }
}
