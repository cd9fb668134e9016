using System.Net;
using RideTracker.Client;
using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.Conformance.Cases;

/// <summary>Where a view begins, and where it goes on.</summary>
internal static class ResumeCases
{
    public static async Task FirstStateIsCurrentAsync(Ride ride, RiderStrategy strategy)
    {
        var times = await ride.ReportAsync(3);
        var expected = ride.FixAt(times[^1]);
        await ride.UntilShownAsync();

        var view = await (await ride.RawAsync(strategy)).NextAsync();

        Assert.Equal((ride.Trip.Value, expected.Lat, expected.Lng, expected.Time), (view.Trip, view.Lat!.Value, view.Lng!.Value, view.Time!.Value));
        Assert.Equal(times, view.Path.Select(point => point.Time).TakeLast(3));
        Assert.False(view.Stale);
        Assert.False(view.Reset);
        var same = await ride.Watch(strategy).UntilAsync(_ => true, "the first state");
        Assert.Equal((view.Cursor, view.Time), (same.Cursor, same.Vehicle?.FixTimeMs));
    }

    public static async Task ResumeMissesAndRepeatsNothingAsync(Ride ride, RiderStrategy strategy)
    {
        await ride.UntilShownAsync();
        string cursor;
        await using (var first = await Rider.OpenAsync(strategy, ride.Node, ride.Path, ride.Token, patience: ride.Patience)) cursor = (await first.NextAsync()).Cursor;
        // More than everybody gets in `path`.
        var gap = new List<long>();
        for (var i = 0; i < 4; i++) gap.AddRange(await ride.ReportAsync(10));
        await ride.UntilShownAsync();

        // Settled on one node, the newest may reach the other a moment later: then it comes as the next state.
        var seen = new List<TripView>();
        var resumed = await ride.RawAsync(strategy, cursor: cursor);
        var view = await resumed.UntilAsync(one =>
        {
            seen.Add(one);
            return one.Time >= ride.NewestMs;
        });
        CheckGap(gap, seen.SelectMany(one => one.Path).Select(point => point.Time));
        Assert.DoesNotContain(seen, one => one.Reset);
        Assert.Equal(seen.Count + 1, seen.Select(one => one.Cursor).Append(cursor).Distinct().Count());

        // The client library gets it whole in the first state, since the node has it now.
        var state = await ride.Watch(strategy, cursor: cursor).UntilAsync(_ => true, "the first state after the gap");
        Assert.Equal(view.Cursor, state.Cursor);
        CheckGap(gap, state.Path.Select(point => point.FixTimeMs));

        // Nothing is new now, and the next state is the next fix.
        await CheckNothingNewAsync(ride, strategy, view.Cursor);
        var again = await ride.RawAsync(strategy, cursor: view.Cursor);
        var next = again.NextAsync();
        var time = (await ride.ReportAsync())[0];
        var after = await next;
        Assert.Equal((time, false), (after.Time, after.Reset));
        Assert.DoesNotContain(after.Cursor, (string[])[cursor, view.Cursor]);
    }

    public static async Task UnknownCursorGivesResetAsync(Ride ride, RiderStrategy strategy)
    {
        await ride.ReportAsync();
        await ride.UntilShownAsync();
        foreach (var cursor in (string[])["nonsense", "00000000-abc-def", "%F0%9F", new string('x', 500)])
        {
            await using var rider = await Rider.OpenAsync(strategy, ride.Node, ride.Path, ride.Token, cursor, patience: ride.Patience);
            var view = await rider.NextAsync();
            Assert.True(view.Reset, $"the cursor '{cursor}' gave no reset: {view.Json}");
            Assert.Equal(ride.NewestMs, view.Time);
        }

        var watcher = ride.Watch(strategy, cursor: "nonsense");
        Assert.True((await watcher.UntilAsync(_ => true, "the first state")).Reset);
        var time = (await ride.ReportAsync())[0];
        Assert.False((await watcher.UntilShowsAsync(time)).Reset);
    }

    // All that was driven since the cursor, in order, once.
    private static void CheckGap(List<long> gap, IEnumerable<long> path)
    {
        var times = path.Distinct().ToList();
        Assert.Equal(times.Order(), times);
        var missing = gap.Except(times).ToList();
        Assert.True(missing.Count == 0, $"the way driven since the cursor lacks {string.Join(", ", missing)} of {string.Join(", ", gap)}");
        Assert.Equal(gap, times.TakeLast(gap.Count));
    }

    private static async Task CheckNothingNewAsync(Ride ride, RiderStrategy strategy, string cursor)
    {
        if (strategy is RiderStrategy.Poll or RiderStrategy.LongPoll)
        {
            var answer = await ride.GetAsync(cursor: cursor, waitSeconds: strategy == RiderStrategy.LongPoll ? 1 : null);
            Assert.Equal((HttpStatusCode.NotModified, $"\"{cursor}\"", ""), (answer.Status, answer.ETag, answer.Body));
            return;
        }

        await using var rider = await Rider.OpenAsync(strategy, ride.Node, ride.Path, ride.Token, cursor, patience: ride.Patience);
        // A resumed stream is answered at once by a sign of life; any state before it would be a repeat.
        Assert.True(await FirstIsAliveAsync(rider), "a state that the client has was sent again");
    }

    private static async Task<bool> FirstIsAliveAsync(Rider rider)
    {
        if (rider is SseRider sse) return await sse.NextEventAsync() is { Event: "alive" };
        return await ((WebSocketRider)rider).NextTextAsync() is { } text && text.Contains("\"alive\"", StringComparison.Ordinal);
    }
}
