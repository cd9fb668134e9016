using RideTracker.Client;
using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.Conformance.Cases;

/// <summary>One cursor, whatever the strategy and the node.</summary>
internal static class FallbackCases
{
    public static async Task BetweenStrategiesAsync(Ride ride, RiderStrategy from)
    {
        await ride.UntilShownAsync();
        var others = Table.Strategies.SkipWhile(one => one != from).Concat(Table.Strategies.TakeWhile(one => one != from)).ToList();
        string? cursor = null;
        foreach (var strategy in others)
        {
            // The raw wire: nothing new, so the next state is the next fix.
            await using var rider = await Rider.OpenAsync(strategy, ride.Node, ride.Path, ride.Token, cursor, patience: ride.Patience);
            if (cursor is null) cursor = (await rider.NextAsync()).Cursor;
            var next = rider.NextAsync();
            var time = (await ride.ReportAsync())[0];
            var view = await next;
            Assert.Equal((time, false), (view.Time, view.Reset));
            Assert.NotEqual(cursor, view.Cursor);
            cursor = view.Cursor;
        }

        var watcher = ride.Watch(from, cursor: cursor);
        var all = new List<long>();
        foreach (var strategy in others)
        {
            // Reported while nothing is connected, or just after: the way driven shows it in any case.
            watcher.Connection.Use(strategy);
            all.AddRange(await ride.ReportAsync(2));
            await watcher.UntilLiveAsync(strategy);
            all.AddRange(await ride.ReportAsync());
            await watcher.UntilShowsAsync(ride.NewestMs);
        }

        watcher.CheckWhole();
        Assert.Equal(all, watcher.All.SelectMany(state => state.Path).Select(point => point.FixTimeMs).Where(time => time >= all[0]).Distinct().Order());
    }

    public static async Task BetweenNodesAsync(Ride ride, RiderStrategy strategy)
    {
        await ride.UntilShownAsync();
        string? cursor = null;
        foreach (var node in (ITestServer[])[ride.Node, ride.Deployment.Other!, ride.Node, ride.Deployment.Other!])
        {
            await using var rider = await Rider.OpenAsync(strategy, node, ride.Path, ride.Token, cursor, patience: ride.Patience);
            if (cursor is null) cursor = (await rider.NextAsync()).Cursor;
            var next = rider.NextAsync();
            var time = (await ride.ReportAsync(at: node))[0];
            var view = await next;
            Assert.Equal((time, false), (view.Time, view.Reset));
            Assert.NotEqual(cursor, view.Cursor);
            cursor = view.Cursor;
        }

        // The same state has the same name on both.
        var names = new List<string>();
        foreach (var node in (ITestServer[])[ride.Node, ride.Deployment.Other!])
        {
            await using var rider = await Rider.OpenAsync(strategy, node, ride.Path, ride.Token, patience: ride.Patience);
            names.Add((await rider.UntilAsync(view => view.Time == ride.NewestMs)).Cursor);
        }

        Assert.Equal(names[0], names[1]);
    }

    public static async Task KilledNodeAsync(Ride ride, RiderStrategy strategy)
    {
        var spare = ride.Keep(await ride.Own!.SpareNodeAsync());
        var watcher = ride.Watch(strategy, at: spare, then: ride.Node);
        await watcher.UntilShowsAsync(ride.NewestMs);
        var all = (await ride.ReportAsync()).ToList();
        await watcher.UntilShowsAsync(ride.NewestMs);

        await spare.KillAsync();
        all.AddRange(await ride.ReportAsync(Ride.FixesOfOnePath));
        await watcher.UntilShowsAsync(ride.NewestMs);

        watcher.CheckWhole();
        Assert.Equal(ride.Node.Url, watcher.Connection.Status.Server);
        Assert.Equal(all, watcher.All.SelectMany(state => state.Path).Select(point => point.FixTimeMs).Where(time => time >= all[0]).Distinct().Order());
    }
}
