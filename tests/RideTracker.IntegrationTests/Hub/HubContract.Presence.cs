using System.Globalization;
using RideTracker.Protocol.Geo;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Presence;

namespace RideTracker.IntegrationTests.Hub;

/// <summary>Silence: stale, then gone, and back.</summary>
public abstract partial class HubContract
{
    private static readonly (string, object)[] Impatient =
        [("Presence:MinSilenceMs", 500), ("Presence:StaleIntervals", 1), ("Presence:GoneAfterSeconds", 1), ("Presence:SweepMs", 50)];

    private static readonly GeoBox Town = new(-122.6, 37.6, -122.2, 37.9);

    [Fact]
    public async Task SilentDriver_TurnsStaleThenGoneAndComesBack()
    {
        var node = await SweepingNodeAsync(Impatient);
        var ear = await EarAsync(HubKeys.DriverChannel(0, Ann), HubKeys.CellChannel(0, CellOf(Fix(0))));
        await node.WriteAsync(Ann, Fix(0));
        var fix = await ear.NextMessageAsync();
        await ear.NextAsync();

        var stale = await ear.NextMessageAsync();
        Assert.Equal(('s', fix.Number, "-", "ann"), (stale.Kind, stale.Previous, stale.Trip, stale.Driver));
        Assert.True(stale.Number > fix.Number);
        Assert.Equal(stale, await ear.NextMessageAsync() with { FixTimes = stale.FixTimes });

        var gone = await ear.NextMessageAsync();
        Assert.Equal(('g', stale.Number), (gone.Kind, gone.Previous));
        Assert.True(gone.Number > stale.Number);
        var slot = await node.SlotAsync(Ann);
        Assert.True(slot is { Stale: true, Gone: true });
        Assert.Equal((gone.Number, Fix(0)), (slot.Number, slot.Newest));
        Assert.Null(await Database.GeoPositionAsync(HubKeys.Geo(0), "ann"));
        Assert.Null(await Database.SortedSetScoreAsync(HubKeys.Heard(0), "ann"));
        Assert.Empty(await node.Reader.ReadBoxAsync(Town, TestContext.Current.CancellationToken));
        Assert.InRange((await Database.KeyTimeToLiveAsync(HubKeys.Slot(0, Ann)))!.Value.TotalHours, 23, 24);
        await ear.AllAsync();

        // Through a node that does not sweep: on a busy machine silence would be over before it is looked at.
        await node.DisposeAsync();
        var calm = await NodeAsync();
        await calm.WriteAsync(Ann, Fix(100));
        var back = await ear.NextMessageAsync();
        Assert.Equal(('f', gone.Number), (back.Kind, back.Previous));
        var after = await calm.SlotAsync(Ann);
        Assert.False(after.Gone);
        Assert.Equal(after.LastHeardMs, after.IdleSinceMs);
        Assert.Null(await Database.KeyTimeToLiveAsync(HubKeys.Slot(0, Ann)));
        Assert.Null(await Database.KeyTimeToLiveAsync(HubKeys.Track(0, Ann)));
        Assert.NotNull(await Database.GeoPositionAsync(HubKeys.Geo(0), "ann"));
    }

    [Fact]
    public async Task StaleDriver_IsStillInItsBoxAndFreshAfterAFix()
    {
        var node = await SweepingNodeAsync([.. Impatient, ("Presence:GoneAfterSeconds", 600)]);
        var ear = await EarOfAsync(Ann);
        await node.WriteAsync(Ann, Fix(0));
        await ear.NextAsync();
        Assert.Equal('s', (await ear.NextMessageAsync()).Kind);

        Assert.True(Assert.Single(await node.Reader.ReadBoxAsync(Town, TestContext.Current.CancellationToken)).Stale);
        // Through a node that does not sweep: on a busy machine silence would be back before it is looked at.
        await node.DisposeAsync();
        var calm = await NodeAsync();
        await calm.WriteAsync(Ann, Fix(1));

        Assert.False((await calm.SlotAsync(Ann)).Stale);
    }

    [Fact]
    public async Task LateFixOfAStaleDriver_LeavesItStale()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(10));
        await DueAsync();
        Assert.Equal(1, await SilenceAsync(node));

        await node.WriteAsync(Ann, Fix(5));

        Assert.True((await node.SlotAsync(Ann)).Stale);
    }

    [Fact]
    public async Task Stale_IsNotAppliedWhenAFixCameBetween()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(0));
        await DueAsync();
        // A node has seen that the driver is due; before its call, a fix.
        await node.WriteAsync(Ann, Fix(1));
        var ear = await EarOfAsync(Ann);

        Assert.Equal(0, await SilenceAsync(node));

        Assert.False((await node.SlotAsync(Ann)).Stale);
        Assert.Empty(await ear.AllAsync());
    }

    [Fact]
    public async Task ManyNodesThatSweepAtOnce_TurnADriverStaleOnce()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => NodeAsync()));
        await nodes[0].WriteAsync(Ann, Fix(0));
        var ear = await EarOfAsync(Ann);
        await DueAsync();

        var answers = await Task.WhenAll(nodes.SelectMany(node => Enumerable.Range(0, 5).Select(_ => SilenceAsync(node))));

        Assert.Equal(1, answers.Sum());
        Assert.Equal('s', HubMessage.Parse(Assert.Single(await ear.AllAsync()).Text).Kind);
    }

    [Fact]
    public async Task StaleOnATrip_IsToldToItsWatchers()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(0));
        await node.ProjectAsync(TripOf("t_1", Ann));
        var ear = await EarOfAsync(Ann);
        await DueAsync();

        await SilenceAsync(node);

        Assert.Equal(('s', "t_1"), ((await ear.NextMessageAsync()) is var message ? (message.Kind, message.Trip) : default));
        Assert.True((await node.SlotAsync(Ann)).Busy);
    }

    [Fact]
    public async Task DriverThatReportsRarely_IsGivenThreeOfItsIntervals()
    {
        var node = await NodeAsync();
        await node.WriteAsync(Ann, Fix(0));
        var now = NowMs();
        await Database.HashSetAsync(HubKeys.Slot(0, Ann), [new("heard", now - 30_000), new("interval", 30_000)]);

        await node.WriteAsync(Ann, Fix(30));

        var due = (await Database.SortedSetScoreAsync(HubKeys.Heard(0), "ann"))!.Value;
        Assert.InRange(due, now + 85_000, now + 110_000);
        Assert.InRange((await node.SlotAsync(Ann)).IntervalMs, 29_000, 35_000);
    }

    [Fact]
    public async Task DriverThatReportsOften_IsGivenTheShortestSilence()
    {
        var node = await NodeAsync();
        for (var second = 0; second < 4; second++) await node.WriteAsync(Ann, Fix(second));
        var before = NowMs();
        await node.WriteAsync(Ann, Fix(4));

        var due = (await Database.SortedSetScoreAsync(HubKeys.Heard(0), "ann"))!.Value;

        Assert.InRange(due, before + 9_000, NowMs() + 11_000);
    }

    private Task DueAsync() => Database.SortedSetAddAsync(HubKeys.Heard(0), "ann", NowMs() - 1);

    private static Task<long> SilenceAsync(HubNode node) => node.Link.RunAsync(
        HubScript.Beside(typeof(SilenceSweeper), "silence"),
        [HubKeys.Slot(0, Ann), HubKeys.Track(0, Ann), HubKeys.Geo(0), HubKeys.Heard(0)],
        ["ann", HubKeys.DriverChannel(0, Ann), HubKeys.CellChannel(0, ""), 120_000.ToString(CultureInfo.InvariantCulture), 3_600_000.ToString(CultureInfo.InvariantCulture)],
        TestContext.Current.CancellationToken);
}
