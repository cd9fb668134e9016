using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub;
using StackExchange.Redis;

namespace RideTracker.IntegrationTests.Hub;

/// <summary>The queue for Records: all accepted fixes, bounded, and no fix settled that it has not.</summary>
public abstract partial class HubContract
{
    [Fact]
    public async Task History_HasOneElementPerBatchAndCountsItsBytes()
    {
        var node = await NodeAsync();
        var fix = Fix(1) with { SpeedMps = 8.4f, HeadingDegrees = 187, Battery = 0.25f, Charging = false };
        await node.WriteAsync(Ann, fix);
        await node.WriteAsync(Bob, Fix(1), Fix(2));

        var history = await HistoryAsync();

        Assert.Equal(2, history.BatchIds.Distinct().Count());
        Assert.Equal([("ann", 1L), ("bob", 1L), ("bob", 2L)], history.Fixes.Select(one => (one.Driver, (one.FixTimeMs - T0) / 1000)));
        Assert.Equal(history.Bytes, history.CountedBytes);
        var text = System.Text.Encoding.ASCII.GetBytes(history.Fixes[0].Text + ";");
        ReadOnlySpan<byte> span = text;
        Assert.True(FixText.TryRead(ref span, out var read));
        Assert.Equal(fix, read);
    }

    [Fact]
    public async Task History_HasRoomForAnHourOf2000FixesASecondByDefault()
    {
        var node = await NodeAsync();
        var driver = Protocol.DriverId.Parse("driver-0123456789-0123456789-0123456");
        // One report each, and nothing left out: as wide as a real phone's fixes get.
        for (var second = 0; second < 20; second++)
        {
            await node.WriteAsync(driver, Fix(second, 37.7712345, -122.4212345) with
            {
                AccuracyMeters = 12.5f,
                SpeedMps = 13.25f,
                HeadingDegrees = 187.5f,
                AltitudeMeters = 112.75f,
                Battery = 0.85f,
                Charging = false,
            });
        }

        // The batch's number is a few digits longer after an hour.
        var bytes = (double)(await HistoryAsync()).CountedBytes / 20 + 6;

        Assert.InRange(bytes, 110, new HubOptions().HistoryMaxBytes / (3_600.0 * 2_000));
    }

    [Fact]
    public async Task FullHistory_SettlesNothingAndTheLiveViewGoesOn()
    {
        var node = await NodeAsync(("Hub:HistoryMaxBytes", 1_000));
        var ear = await EarOfAsync(Ann);
        var second = 0;
        while ((await node.WriteAsync(Ann, Fix(++second))).Outcome == HubOutcome.Taken) Assert.True(second < 100, "the history takes more than its limit");
        var kept = await HistoryAsync();
        Assert.Equal(second - 1, kept.Fixes.Count);
        Assert.InRange(kept.Bytes, 800, 1_000);

        var late = await node.WriteAsync(Ann, Fix(0.5));
        var verdict = await node.WriteAsync(Ann, Fix(second + 1));

        Assert.Equal(HubOutcome.Full, late.Outcome);
        Assert.Equal(HubOutcome.Full, verdict.Outcome);
        Assert.Equal(Fix(second + 1), (await node.SlotAsync(Ann)).Newest);
        Assert.Equal(Fix(second + 1).FixTimeMs, HubMessage.Parse((await ear.AllAsync())[^1].Text).FixTimes[^1]);
        Assert.Equal(kept.Fixes, (await HistoryAsync()).Fixes);

        // Records has read the queue; the phone sends again what was not settled.
        await Database.KeyDeleteAsync([HubKeys.History(0), HubKeys.HistoryBytes(0)]);
        var before = await node.SlotAsync(Ann);
        var again = await node.WriteAsync(Ann, Fix(0.5), Fix(second), Fix(second + 1));

        Assert.Equal((HubOutcome.Taken, 3, 0), (again.Outcome, again.Accepted, again.Duplicates));
        Assert.Empty(await ear.AllAsync());
        Assert.Equal(before.Number, (await node.SlotAsync(Ann)).Number);
        Assert.Equal([Fix(0.5).FixTimeMs, Fix(second).FixTimeMs, Fix(second + 1).FixTimeMs], (await HistoryAsync()).TimesOf(Ann));
        Assert.Equal(3, (await node.WriteAsync(Ann, Fix(0.5), Fix(second), Fix(second + 1))).Duplicates);
        Assert.Equal(3, (await HistoryAsync()).Fixes.Count);
    }

    [Fact]
    public async Task PlacesShownWhileTheHistoryWasFull_AreOnTheTrackOnce()
    {
        var node = await NodeAsync(("Hub:HistoryMaxBytes", 1_000));
        await Database.StringSetAsync(HubKeys.HistoryBytes(0), 1_000);
        Assert.Equal(HubOutcome.Full, (await node.WriteAsync(Ann, Fix(1), Fix(2))).Outcome);
        await Database.KeyDeleteAsync(HubKeys.HistoryBytes(0));

        Assert.Equal((HubOutcome.Taken, 3), await OutcomeAsync(Fix(1), Fix(2), Fix(3)));

        Assert.Equal([1, 2, 3], (await node.SlotAsync(Ann)).Track.Select(point => (point.FixTimeMs - T0) / 1000));

        async Task<(HubOutcome, int)> OutcomeAsync(params DriverFix[] fixes)
        {
            var verdict = await node.WriteAsync(Ann, fixes);
            return (verdict.Outcome, verdict.Accepted);
        }
    }

    [Fact]
    public async Task HistoryOff_KeepsTheLiveViewOnly()
    {
        var node = await NodeAsync(("Hub:History", "Off"));

        var verdicts = new[] { await node.WriteAsync(Ann, Fix(10)), await node.WriteAsync(Ann, Fix(5)), await node.WriteAsync(Ann, Fix(5), Fix(10)) };

        Assert.Equal([(1, 0), (1, 0), (0, 2)], verdicts.Select(verdict => (verdict.Accepted, verdict.Duplicates)));
        Assert.All(verdicts, verdict => Assert.Equal(HubOutcome.Taken, verdict.Outcome));
        Assert.Equal(Fix(10), (await node.SlotAsync(Ann)).Newest);
        Assert.False(await Database.KeyExistsAsync(HubKeys.History(0)));
        Assert.Equal(RedisValue.Null, await Database.StringGetAsync(HubKeys.HistoryBytes(0)));
    }
}
