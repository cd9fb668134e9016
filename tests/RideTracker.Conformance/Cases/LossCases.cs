using RideTracker.Client;
using RideTracker.IntegrationTests;

namespace RideTracker.Conformance.Cases;

/// <summary>Pub/sub delivers at most once: a node notices what it did not hear.</summary>
internal static class LossCases
{
    private static readonly TimeSpan Mended = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    public static async Task LostPublishIsMendedAsync(Ride ride, RiderStrategy strategy)
    {
        var (line, node) = await ride.Own!.NodeBehindLossyLineAsync();
        ride.Keep(line);
        ride.Keep(node);
        var rider = await ride.RawAsync(strategy, node);
        await rider.NextAsync();
        var watcher = ride.Watch(strategy, at: node);
        await watcher.UntilShowsAsync(ride.NewestMs);

        // The last word before a silence is lost: nothing that follows tells of it.
        line.Losing = true;
        var all = (await ride.ReportAsync()).ToList();
        using (var time = OwnTime.Start())
        {
            await rider.UntilAsync(view => view.Time == ride.NewestMs).WaitAsync(ride.Patience, TestContext.Current.CancellationToken);
            time.Within(Mended, "the lost fix was shown");
        }

        Assert.True(strategy is RiderStrategy.Poll or RiderStrategy.LongPoll || line.Lost > 0, "no message was lost: this case tried nothing");

        // One in a row of many is lost: the next one tells of it.
        await watcher.UntilShowsAsync(ride.NewestMs);
        all.AddRange(await ride.ReportAsync());
        line.Losing = false;
        all.AddRange(await ride.ReportAsync());
        await watcher.UntilShowsAsync(ride.NewestMs);
        using var noticed = OwnTime.Start();
        // The node reads what it missed while the driver goes on: one of the next states has the whole way.
        for (var more = 0; Missing().Count > 0; more++)
        {
            noticed.Within(Mended, $"after {more} more fixes the way driven still lacked {string.Join(", ", Missing())} of {string.Join(", ", all)}:");
            // A driver's pace; nothing signals that the node has read.
            await Task.Delay(Pace, TestContext.Current.CancellationToken);
            all.AddRange(await ride.ReportAsync());
            await watcher.UntilShowsAsync(ride.NewestMs);
        }

        watcher.CheckWhole();

        List<long> Missing() => [.. all.Except(watcher.All.SelectMany(state => state.Path).Select(point => point.FixTimeMs))];
    }
}
