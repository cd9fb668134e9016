using RideTracker.Protocol.Drivers;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.Hub;

namespace RideTracker.IntegrationTests.Hub;

/// <summary>Off duty nothing of a driver is kept or shown, and nothing from before it is lost.</summary>
public abstract partial class HubContract
{
    [Fact]
    public async Task DriverOffDuty_IsGoneAndItsFixesAreRefused()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(0), Fix(1));
        var before = await node.SlotAsync(Ann);
        var ear = await EarAsync(HubKeys.DriverChannel(0, Ann), HubKeys.CellChannel(0, CellOf(Fix(1))));

        await OffAsync(node, Fix(10).FixTimeMs);

        var slot = await node.SlotAsync(Ann);
        Assert.True(slot is { Gone: true, OffDuty: true } && slot.Number > before.Number);
        var told = (await ear.AllAsync()).Select(one => HubMessage.Parse(one.Text)).ToList();
        Assert.Equal([('g', before.Number, slot.Number, "-"), ('g', before.Number, slot.Number, "-")], told.Select(one => (one.Kind, one.Previous, one.Number, one.Trip)));
        Assert.Empty(await Database.GeoSearchAsync(HubKeys.Geo(0), -122.42, 37.77, new StackExchange.Redis.GeoSearchCircle(10_000)));
        Assert.Equal(0, await Database.SortedSetLengthAsync(HubKeys.Heard(0)));

        var verdict = await node.WriteAsync(Ann, Fix(10), Fix(11), Fix(12));

        Assert.Equal((HubOutcome.Taken, 0, 0, Fix(1).FixTimeMs), (verdict.Outcome, verdict.Accepted, verdict.Duplicates, verdict.NewestFixTimeMs));
        Assert.Equal([0, 1, 2], verdict.OffDuty);
        Assert.True(verdict.Demand.HasFlag(DriverDemand.OffDuty));
        Assert.Equal([Fix(0).FixTimeMs, Fix(1).FixTimeMs], (await HistoryAsync()).TimesOf(Ann));
        Assert.Equal((Fix(1), slot.Number), await node.SlotAsync(Ann) is var kept ? (kept.Newest!.Value, kept.Number) : default);
        Assert.Equal(2, (await node.SlotAsync(Ann)).Track.Count);
        Assert.Empty(await ear.AllAsync());
    }

    [Fact]
    public async Task FixesFromBeforeTheSpell_AreKeptOnceAndNotShown()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(0));
        await OffAsync(node, Fix(10).FixTimeMs);
        var ear = await EarOfAsync(Ann);

        // A phone that comes out of a tunnel: before and after going off duty, in one report.
        var verdict = await node.WriteAsync(Ann, Fix(8), Fix(9), Fix(10), Fix(11));
        var repeat = await node.WriteAsync(Ann, Fix(8), Fix(9), Fix(10), Fix(11));

        Assert.Equal((2, 0), (verdict.Accepted, verdict.Duplicates));
        Assert.Equal([2, 3], verdict.OffDuty);
        Assert.Equal((0, 2), (repeat.Accepted, repeat.Duplicates));
        Assert.Equal([2, 3], repeat.OffDuty);
        Assert.Equal([Fix(0).FixTimeMs, Fix(8).FixTimeMs, Fix(9).FixTimeMs], (await HistoryAsync()).TimesOf(Ann));
        Assert.Equal(Fix(0), (await node.SlotAsync(Ann)).Newest);
        Assert.True((await node.SlotAsync(Ann)).Gone);
        Assert.Empty(await ear.AllAsync());
    }

    [Fact]
    public async Task DriverBackOnDuty_IsShownAgainAndTheSpellStaysRefused()
    {
        // Spells of more than a week ago are forgotten.
        var start = NowMs() - 60_000;
        DriverFix Fix(double second) => HubContract.Fix(second) with { FixTimeMs = start + (long)(second * 1000) };
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(0));
        await OffAsync(node, Fix(10).FixTimeMs);
        await OffAsync(node, Fix(10).FixTimeMs, Fix(20).FixTimeMs);
        Assert.False((await node.SlotAsync(Ann)).OffDuty);
        Assert.NotNull(await Database.KeyTimeToLiveAsync(HubKeys.Slot(0, Ann)));

        // Late from before, from the spell, from the moment it ends, and now.
        var verdict = await node.WriteAsync(Ann, Fix(5), Fix(15), Fix(19.9), Fix(20), Fix(25));

        Assert.Equal(3, verdict.Accepted);
        Assert.Equal([1, 2], verdict.OffDuty);
        var slot = await node.SlotAsync(Ann);
        Assert.Equal((Fix(25), false, false), (slot.Newest!.Value, slot.Gone, slot.OffDuty));
        Assert.Null(await Database.KeyTimeToLiveAsync(HubKeys.Slot(0, Ann)));
        Assert.Equal([Fix(0), Fix(5), Fix(20), Fix(25)], slot.Track.Select(point => Fix((point.FixTimeMs - start) / 1000.0)));
        Assert.Single((await node.WriteAsync(Ann, Fix(16), Fix(26))).OffDuty!);
        Assert.Null((await node.WriteAsync(Ann, Fix(27))).OffDuty);
    }

    [Fact]
    public async Task OffDutySpells_AreKnownApartAndRepeatsChangeNothing()
    {
        var node = await NodeAsync();
        var now = NowMs();
        await node.WriteAsync(Ann, Fix(0));
        (long From, long? To)[] spells = [(now - 50_000, null), (now - 50_000, now - 40_000), (now - 50_000, null), (now - 20_000, null), (now - 50_000, now - 45_000)];
        foreach (var (from, to) in spells) await OffAsync(node, from, to);
        var off = await Database.HashGetAsync(HubKeys.Slot(0, Ann), "off");
        Assert.Equal($"{now - 50_000}-{now - 40_000};{now - 20_000}-;", off.ToString());
        var number = (await node.SlotAsync(Ann)).Number;
        var ear = await EarOfAsync(Ann);

        foreach (var (from, to) in spells) await OffAsync(node, from, to);

        Assert.Equal((off, number), (await Database.HashGetAsync(HubKeys.Slot(0, Ann), "off"), (await node.SlotAsync(Ann)).Number));
        Assert.Empty(await ear.AllAsync());
        var verdict = await node.WriteAsync(Ann, [.. new[] { -55, -45, -30, -10 }.Select(seconds => Fix(0) with { FixTimeMs = now + seconds * 1000 })]);
        Assert.Equal([1, 3], verdict.OffDuty);
        Assert.Equal(2, verdict.Accepted);
    }

    [Fact]
    public async Task OffDuty_OfADriverThatTheHubDoesNotKnow_IsKept()
    {
        var node = await NodeAsync();
        await OffAsync(node, Fix(0).FixTimeMs);

        var verdict = await node.WriteAsync(Ann, Fix(1));

        Assert.Equal(0, verdict.Accepted);
        Assert.Equal([0], verdict.OffDuty);
        Assert.True(await node.SlotAsync(Ann) is { Newest: null, OffDuty: true });
        Assert.Null(await Database.KeyTimeToLiveAsync(HubKeys.Slot(0, Ann)));
        await OffAsync(node, Fix(0).FixTimeMs, Fix(2).FixTimeMs);
        Assert.Equal(1, (await node.WriteAsync(Ann, Fix(3))).Accepted);
        Assert.Equal(Fix(3), (await node.SlotAsync(Ann)).Newest);
    }

    [Fact]
    public async Task DriverOnATrip_CannotBeOffDuty()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf("t_1", Ann));

        await Assert.ThrowsAsync<DriverBusyException>(() => OffAsync(node, Fix(0).FixTimeMs));

        Assert.Equal(1, (await node.WriteAsync(Ann, Fix(1))).Accepted);
    }

    private static Task OffAsync(HubNode node, long fromMs, long? toMs = null) => node.Duty.WriteAsync(Ann, new OffDutySpell(fromMs, toMs), TestContext.Current.CancellationToken);
}
