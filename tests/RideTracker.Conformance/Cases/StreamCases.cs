using System.Net;
using RideTracker.Client;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Protocol.Geo;

namespace RideTracker.Conformance.Cases;

/// <summary>How states flow: to who reads slowly, in silence, and to who sees a whole viewport.</summary>
internal static class StreamCases
{
    // A state is about a kilobyte; sockets and buffers of a node with small ones hold about a hundred.
    private const int ManyStates = 400;

    public static async Task SlowReaderGetsTheNewestAsync(Ride ride, RiderStrategy strategy)
    {
        if (strategy is RiderStrategy.Poll or RiderStrategy.LongPoll)
        {
            await LatePollerGetsTheNewestAsync(ride, strategy);
            return;
        }

        await ride.UntilShownAsync();
        // It reads nothing while the others go on.
        var slow = await ride.RawAsync(strategy, slow: true);
        var watcher = ride.Watch(strategy);
        var quick = await ride.RawAsync(RiderStrategy.Sse);
        await quick.NextAsync();
        for (var i = 0; i < ManyStates; i++)
        {
            await ride.ReportAsync();
            await quick.UntilAsync(view => view.Time == ride.NewestMs);
        }

        var states = 0;
        await slow.UntilAsync(view =>
        {
            states++;
            return view.Time == ride.NewestMs;
        });
        // What the server holds for it is bounded: the rest was never kept.
        if (ride.Deployment.HasSmallBuffers) Assert.InRange(states, 1, ManyStates / 2);
        // The client library keeps one state for a caller who does not ask: the newest.
        Assert.Equal(ride.NewestMs, (await watcher.UntilShowsAsync(ride.NewestMs)).Vehicle!.FixTimeMs);
        var (cursor, next) = (watcher.Connection.Cursor, (await ride.ReportAsync())[0]);
        Assert.NotEqual(cursor, (await watcher.UntilShowsAsync(next)).Cursor);
        await slow.UntilAsync(view => view.Time == next);
    }

    public static async Task AliveInSilenceAsync(Ride ride, RiderStrategy strategy)
    {
        await ride.UntilShownAsync();
        if (strategy is RiderStrategy.Poll or RiderStrategy.LongPoll)
        {
            await PollIsAnsweredInSilenceAsync(ride, strategy);
            return;
        }

        // Longer than it may take: how late a sign of life is, is what is tried here.
        var silence = ride.Deployment.Alive * 2 + TimeSpan.FromSeconds(1);
        await using var rider = await Rider.OpenAsync(strategy, ride.Node, ride.Path, ride.Token, patience: silence * 2);
        await rider.NextAsync();
        var watcher = ride.Watch(strategy);
        await watcher.UntilAsync(_ => true, "the first state");
        var changes = new List<string>();
        watcher.Connection.StatusChanged += status => changes.Add($"{status.Phase} ({watcher.Connection.LastError})");
        // A state may come in the silence too: that the driver is stale.
        while (rider.Alives < 2) await ReadOneAsync(rider, silence);

        Assert.Empty(changes);
        var time = (await ride.ReportAsync())[0];
        await rider.UntilAsync(view => view.Time == time);
        await watcher.UntilShowsAsync(time);
        watcher.CheckWhole();
    }

    public static async Task ViewportGoesOnAsync(Ride ride, RiderStrategy strategy)
    {
        await ride.UntilShownAsync();
        var place = ride.FixAt(ride.NewestMs);
        var options = new RiderConnectionOptions { Server = ride.Node.Url, Token = (_, _) => ValueTask.FromResult(ride.DispatcherToken), Strategy = strategy };
        var box = new GeoBox(place.Lng - 0.05, place.Lat - 0.05, place.Lng + 0.05, place.Lat + 0.05);
        string cursor;
        await using (var first = RiderConnection.ToViewport(box, options, TimeSpan.FromMilliseconds(250)))
        {
            await UntilSeenAsync(first, ride);
            await ride.ReportAsync();
            await UntilSeenAsync(first, ride);
            cursor = first.Cursor!;
        }

        await ride.ReportAsync();
        await using var again = RiderConnection.ToViewport(box, options with { Cursor = cursor }, TimeSpan.FromMilliseconds(250));
        await UntilSeenAsync(again, ride);
        var path = FormattableString.Invariant($"/v1/vehicles/live?bbox={box.West},{box.South},{box.East},{box.North}");
        await using var rider = await Rider.OpenAsync(strategy, ride.Node, path, ride.DispatcherToken, "nonsense", patience: ride.Patience);
        Assert.Contains("\"reset\":true", await rider.NextJsonAsync() ?? "no state", StringComparison.Ordinal);
    }

    private static async Task UntilSeenAsync(RiderConnection<ViewportState> connection, Ride ride)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(ride.Patience);
        try
        {
            await foreach (var state in connection.WithCancellation(patience.Token))
                if (state.Vehicles.TryGetValue(ride.Driver.Id.Value, out var car) && car.FixTimeMs == ride.NewestMs) return;
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the viewport never showed the fix of {ride.NewestMs}: {connection.LastError}");
        }
    }

    // Reads one message of a stream, whatever it is.
    private static async Task ReadOneAsync(Rider rider, TimeSpan atMost)
    {
        Task<bool?> reading = rider is SseRider sse ? IsAliveAsync(sse) : IsAliveAsync((WebSocketRider)rider);
        await Task.WhenAny(reading, Task.Delay(atMost, TestContext.Current.CancellationToken));
        Assert.True(reading.IsCompleted, $"no sign of life in {atMost.TotalSeconds} s of silence");
        var isAlive = await reading;
        Assert.True(isAlive is not null, "the stream ended in the silence");
        if (isAlive.Value) rider.CountAlive();
    }

    // Null at the end of the stream.
    private static async Task<bool?> IsAliveAsync(SseRider rider)
    {
        if (await rider.NextEventAsync() is not { } one) return null;
        Assert.True(one.Event != "alive" || one.Id is null, "a sign of life has an id");
        return one.Event == "alive";
    }

    private static async Task<bool?> IsAliveAsync(WebSocketRider rider) => await rider.NextTextAsync() is { } text ? text == """{"alive":true}""" : null;

    private static async Task LatePollerGetsTheNewestAsync(Ride ride, RiderStrategy strategy)
    {
        await ride.UntilShownAsync();
        var rider = await ride.RawAsync(strategy);
        var first = await rider.NextAsync();
        for (var i = 0; i < 20; i++) await ride.ReportAsync();
        await ride.UntilShownAsync();
        var view = await rider.NextAsync();
        // A held poll on another node may be answered by the first of them; the next one has the last.
        if (view.Time != ride.NewestMs) view = await rider.UntilAsync(one => one.Time == ride.NewestMs);
        Assert.NotEqual(first.Cursor, view.Cursor);
        var answer = await ride.GetAsync(cursor: view.Cursor);
        Assert.Equal(HttpStatusCode.NotModified, answer.Status);
    }

    private static async Task PollIsAnsweredInSilenceAsync(Ride ride, RiderStrategy strategy)
    {
        var first = await ride.GetAsync();
        Assert.Equal(HttpStatusCode.OK, first.Status);
        var cursor = first.ETag!.Trim('"');
        var began = TimeProvider.System.GetTimestamp();
        var answer = await ride.GetAsync(cursor: cursor, waitSeconds: strategy == RiderStrategy.LongPoll ? 2 : null);
        var took = TimeProvider.System.GetElapsedTime(began);
        Assert.Equal((HttpStatusCode.NotModified, first.ETag), (answer.Status, answer.ETag));
        if (strategy == RiderStrategy.LongPoll)
        {
            Assert.Equal("wait=2", answer.Headers["Preference-Applied"]);
            // To the clock's tick of a fifth of a second, and what a busy machine adds.
            Assert.InRange(took.TotalSeconds, 1.7, 2 + ride.Patience.TotalSeconds);
        }

        var time = (await ride.ReportAsync())[0];
        await ride.Watch(strategy, cursor: cursor).UntilShowsAsync(time);
    }
}
