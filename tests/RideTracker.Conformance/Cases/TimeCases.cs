using RideTracker.Client;
using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.Conformance.Cases;

/// <summary>A view shows no past: not by a late fix, not by another node, not by a reset.</summary>
internal static class TimeCases
{
    public static async Task FixTimeNeverGoesBackAsync(Ride ride, RiderStrategy strategy)
    {
        var rider = await ride.RawAsync(strategy);
        var watcher = ride.Watch(strategy);
        var times = ride.NextTimes(60);
        var random = new Random(5);
        var shuffled = times.OrderBy(time => time + random.Next(200)).ToArray();
        // From both nodes at once, out of order.
        ITestServer[] nodes = [ride.Node, ride.DriversNode];
        var reporting = Task.WhenAll(nodes.Select((node, half) => Task.Run(async () =>
        {
            for (var i = half; i < shuffled.Length; i += 2) await ride.Driver.ReportAsync(node, ride.FixAt(shuffled[i]));
        })));

        var last = 0L;
        await rider.UntilAsync(view =>
        {
            Assert.True(view.Time is null || view.Time >= last, $"the fix of {view.Time} came after that of {last}");
            Assert.Equal(view.Path.Select(point => point.Time).Order(), view.Path.Select(point => point.Time));
            last = view.Time ?? last;
            return last == times[^1];
        });
        await reporting;
        await watcher.UntilShowsAsync(times[^1]);
        watcher.CheckWhole();
    }

    public static async Task LateFixIsNotShownAsync(Ride ride, RiderStrategy strategy)
    {
        await ride.UntilShownAsync();
        var rider = await ride.RawAsync(strategy);
        await rider.NextAsync();
        var times = ride.NextTimes(4);

        await ride.ReportAtAsync([times[2]]);
        Assert.Equal(times[2], (await rider.NextAsync()).Time);
        await ride.ReportAtAsync([times[1]]);
        await ride.ReportAtAsync([times[0]], ride.Node);
        await ride.ReportAtAsync([times[3]], ride.Node);
        var view = await rider.NextAsync();

        Assert.Equal(times[3], view.Time);
        Assert.Equal([times[2], times[3]], view.Path.Select(point => point.Time).Where(time => time >= times[0]));
    }

    public static async Task ResetShowsNothingEarlierAsync(Ride ride, RiderStrategy strategy)
    {
        var restore = await ride.Own!.CopyHubAsync(ride);
        var before = ride.NewestMs;
        var times = ride.NextTimes(3);
        await ride.ReportAtAsync([times[1]]);
        string cursor;
        await using (var rider = await Rider.OpenAsync(strategy, ride.Node, ride.Path, ride.Token, patience: ride.Patience)) cursor = (await rider.UntilAsync(view => view.Time == times[1])).Cursor;

        // The hub is as it was: a node that comes new to it knows nothing of what the client has seen.
        await restore();
        var fresh = ride.Keep(await ride.Own.SpareNodeAsync());
        var first = await ride.RawAsync(strategy, fresh, cursor);
        var watcher = ride.Watch(strategy, fresh, cursor: cursor);
        var view = await first.NextAsync();
        Assert.True(view.Reset, $"a cursor that the hub lost gave no reset: {view.Json}");
        Assert.True(view.Time is null || view.Time >= times[1], $"the reset showed the fix of {view.Time} after that of {times[1]} (the hub has that of {before})");
        Assert.True((await watcher.UntilAsync(_ => true, "the reset")).Reset);

        await ride.ReportAtAsync([times[0]], fresh);
        await ride.ReportAtAsync([times[2]], fresh);
        await first.UntilAsync(one =>
        {
            Assert.True(one.Time is null || one.Time >= times[1], $"the fix of {one.Time} came after that of {times[1]}");
            return one.Time == times[2];
        });
        await watcher.UntilShowsAsync(times[2]);
        Assert.DoesNotContain(watcher.All, state => state.Vehicle?.FixTimeMs < times[1]);
    }
}
