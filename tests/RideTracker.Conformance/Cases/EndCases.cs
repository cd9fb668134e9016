using System.Net;
using RideTracker.Client;
using RideTracker.IntegrationTests;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Protocol.Trips;

namespace RideTracker.Conformance.Cases;

/// <summary>How views end: with the trip, with the token, and not with the node.</summary>
internal static class EndCases
{
    public static async Task EndThenGoneAsync(Ride ride, RiderStrategy strategy)
    {
        var status = strategy is RiderStrategy.Sse or RiderStrategy.LongPoll ? TripStatus.Complete : TripStatus.Canceled;
        var word = status == TripStatus.Complete ? "trip-complete" : "trip-canceled";
        var rider = await ride.RawAsync(strategy);
        await rider.NextAsync();
        var watcher = ride.Watch(strategy);
        await watcher.UntilAsync(_ => true, "the first state");

        await ride.End!(status);

        var rest = await rider.ToEndAsync();
        if (strategy is RiderStrategy.Sse or RiderStrategy.WebSocket)
        {
            Assert.Equal(word, rider.EndReason);
            Assert.Equal((status.ToWire(), null), (TripView.Parse(rest[^1]).Status, TripView.Parse(rest[^1]).Time));
            if (rider is WebSocketRider socket) Assert.Equal((1000, word), (socket.CloseCode, socket.CloseReason));
        }

        var end = await watcher.Connection.Completion.WaitAsync(ride.Patience, TestContext.Current.CancellationToken);
        Assert.Equal((status == TripStatus.Complete ? RiderEndReason.TripComplete : RiderEndReason.TripCanceled, (TripStatus?)status), (end.Reason, end.Status));

        // And for good: 204 is the one answer that keeps an EventSource from coming back.
        Assert.Equal(HttpStatusCode.NoContent, (await ride.GetAsync(accept: "text/event-stream")).Status);
        foreach (var answer in (PollAnswer[])[await ride.GetAsync(), await ride.GetAsync(cursor: "x", waitSeconds: 5)])
        {
            Assert.Equal(HttpStatusCode.Gone, answer.Status);
            Assert.Contains($"\"{status.ToWire()}\"", answer.Body, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.Gone, await ride.HandshakeStatusAsync());
        var late = await ride.Watch(strategy).Connection.Completion.WaitAsync(ride.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(end.Reason, late.Reason);
    }

    public static async Task TokenExpiryEndsTheStreamAsync(Ride ride, RiderStrategy strategy)
    {
        var ((token, rider, first, watcher, renewal), expires) = await ShortLived.OpenAsync(3, OpenAsync);
        using var time = OwnTime.Start();
        var left = DateTimeOffset.FromUnixTimeSeconds(expires) - TimeProvider.System.GetUtcNow();

        var rest = await rider.ToEndAsync();

        Assert.Empty(rest);
        // 1 s by the contract, and what a clock may differ by.
        Assert.True(TimeProvider.System.GetUtcNow() >= DateTimeOffset.FromUnixTimeSeconds(expires) - TimeSpan.FromMilliseconds(100), "the view ended before its token");
        time.Within((left > TimeSpan.Zero ? left : TimeSpan.Zero) + TimeSpan.FromSeconds(2.5), "the view ended");
        Assert.Equal(strategy is RiderStrategy.Sse or RiderStrategy.WebSocket ? "token-expired" : "unauthorized", rider.EndReason);
        if (rider is WebSocketRider socket) Assert.Equal((4401, "token-expired"), (socket.CloseCode, socket.CloseReason));
        Assert.Equal(HttpStatusCode.Unauthorized, (await ride.GetAsync(cursor: first.Cursor, with: token)).Status);

        // The client gets another token and goes on.
        await renewal.Asked.WaitAsync(ride.Patience, TestContext.Current.CancellationToken);
        await ride.ReportAsync();
        await watcher.UntilShowsAsync(ride.NewestMs);
        Assert.Equal(1, renewal.Refusals);
        watcher.CheckWhole();

        // Both show the ride before the token runs out.
        async Task<(string, Rider, TripView, Watcher, Renewal)> OpenAsync(TimeSpan lifetime)
        {
            var lived = TestTokens.Rider(ride.Trip.Value, lifetime);
            var raw = await ride.RawAsync(strategy, with: lived);
            var view = await raw.NextAsync();
            // Its own: where the token ran out too soon, the watcher of the try before goes on as well.
            var tokens = new Renewal(lived, ride.Token);
            var watch = ride.Watch(strategy, tokens: tokens.For);
            await watch.UntilShowsAsync(ride.NewestMs);
            return (lived, raw, view, watch, tokens);
        }
    }

    public static async Task DrainTellsADelayAsync(Ride ride, RiderStrategy strategy)
    {
        var spare = ride.Keep(await ride.Own!.SpareNodeAsync());
        var rider = await ride.RawAsync(strategy, spare);
        var first = await rider.NextAsync();
        var watcher = ride.Watch(strategy, at: spare, then: ride.Node);
        await watcher.UntilShowsAsync(ride.NewestMs);
        var held = strategy == RiderStrategy.LongPoll ? await HeldAsync(ride, spare, first.Cursor) : null;

        await spare.StopAsync();

        if (strategy is RiderStrategy.Sse or RiderStrategy.WebSocket)
        {
            Assert.Empty(await rider.ToEndAsync());
            Assert.Null(rider.EndReason);
            // Spread over the time that the node takes to go: one second here.
            Assert.InRange(rider.RetryMs!.Value, 1, 1_000);
            if (rider is WebSocketRider socket) Assert.Equal(1001, socket.CloseCode);
        }
        else if (held is not null)
        {
            var answer = await held;
            Assert.Equal((HttpStatusCode.NotModified, $"\"{first.Cursor}\""), (answer.Status, answer.ETag));
            Assert.InRange(int.Parse(answer.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 0, 1);
        }

        var all = await ride.ReportAsync(Ride.FixesOfOnePath);
        await watcher.UntilShowsAsync(ride.NewestMs);
        Assert.Equal(ride.Node.Url, watcher.Connection.Status.Server);
        Assert.Equal(all, watcher.All.SelectMany(state => state.Path).Select(point => point.FixTimeMs).Where(time => time >= all[0]).Distinct().Order());
        watcher.CheckWhole();
    }

    // A poll that the node holds by its own count: not by the metric, which hears all nodes of this process.
    private static async Task<Task<PollAnswer>> HeldAsync(Ride ride, TrackingNode node, string cursor)
    {
        var held = ride.GetAsync(node, cursor, waitSeconds: 30);
        // Two: this one, and the client's.
        await Eventually.IsSoAsync(
            () =>
            {
                Assert.False(held.IsCompleted, "the node does not hold the poll");
                return Task.FromResult(node.Streams >= 2);
            },
            ride.Patience);

        return held;
    }

    /// <summary>Gives a client one token until that is refused, and then another.</summary>
    private sealed class Renewal(string first, string then)
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _refusals;

        /// <summary>Ends when the first refusal was told of.</summary>
        public Task Asked => _asked.Task;

        public int Refusals => Volatile.Read(ref _refusals);

        public string For(RiderTokenRequest request)
        {
            if (request.Refused && Interlocked.Increment(ref _refusals) == 1) _asked.TrySetResult();
            return Refusals == 0 ? first : then;
        }
    }
}
