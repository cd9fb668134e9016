using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using RideTracker.Client;
using RideTracker.Client.Watching;
using RideTracker.Protocol;
using RideTracker.Protocol.Geo;
using RideTracker.Protocol.Trips;

namespace RideTracker.Tests.Client;

/// <summary>The rider connection keeps one cursor over strategies, nodes and broken lines, and never shows the past.</summary>
public sealed class RiderConnectionTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Where time runs while a request may be under way.
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly List<IAsyncDisposable> _open = [];
    private readonly List<bool> _asked = [];
    private ScriptedLive _server = null!;
    private Func<RiderPhase> _phase = () => RiderPhase.Idle;
    private Func<bool, string> _token = _ => "t";

    public static TheoryData<RiderStrategy> AllStrategies => [.. Enum.GetValues<RiderStrategy>()];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await ScriptedLive.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _open) await one.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory, MemberData(nameof(AllStrategies))]
    public async Task EachStrategy_BringsStatesWithTheTokenInAHeaderAndGoesOnFromTheCursor(RiderStrategy strategy)
    {
        var connection = Watch(o => o with { Strategy = strategy, OpenTimeout = Never });
        await using var states = connection.GetAsyncEnumerator(Cancel);
        var peer = await _server.NextAsync();
        Assert.Equal(("", "t"), (peer.Cursor, peer.Token));
        Assert.DoesNotContain("access_token", peer.Query, StringComparison.Ordinal);
        // Without a cursor there is nothing to wait for.
        Assert.Equal(strategy == RiderStrategy.LongPoll ? RiderStrategy.Poll : strategy, peer.Strategy);

        await ToldByTheServer(connection);
        await peer.StateAsync("c1", 1_000);
        Assert.True(await states.MoveNextAsync());
        Assert.Equal(("c1", 1_000L), (states.Current.Cursor, states.Current.Vehicle!.FixTimeMs));
        peer.Abort();
        peer = await RunTimeUntil(_server.NextAsync(), whileLive: strategy is RiderStrategy.Poll);

        Assert.Equal(("c1", strategy), (peer.Cursor, peer.Strategy));
        if (strategy == RiderStrategy.LongPoll) Assert.Equal("wait=20", peer.Prefer);
        await peer.StateAsync("c2", 2_000);
        Assert.True(await states.MoveNextAsync());
        Assert.Equal("c2", connection.Cursor);
        Assert.Equal(strategy, connection.Status.Strategy);
    }

    [Fact]
    public async Task State_IsReadWhole()
    {
        var connection = Watch();
        await using var states = connection.GetAsyncEnumerator(Cancel);
        await (await _server.NextAsync()).JsonAsync("c1", """
            {"cursor":"c1","trip":"t_1","status":"enroute-to-dropoff","version":7,"vehicle":{"lat":37.5,"lng":-122.25,"heading":187,"speed":8.4,"accuracy":5,"time":1764000000123},
            "path":[[-122.5,37.25,1764000000000,"later"],[-122.25,37.5,1764000000123]],"stale":true,"lastHeard":1764000000124,"eta":{"seconds":240,"distance":1830},"route":3,
            "pickup":{"lat":1,"lng":2,"label":"Here"},"dropoff":{"lat":3,"lng":4},"driver":{"name":"Ann","vehicle":"Blue car","plate":"7ABC"},"nextUpdateMs":1000,"reset":true,"more":[1]}
            """.ReplaceLineEndings(""));
        Assert.True(await states.MoveNextAsync());
        var state = states.Current;
        Assert.Equal(("t_1", TripStatus.EnrouteToDropoff, 7, true, true), (state.Trip, state.Status, state.Version, state.Stale, state.Reset));
        Assert.Equal(new VehiclePosition { Latitude = 37.5, Longitude = -122.25, HeadingDegrees = 187, SpeedMps = 8.4, AccuracyMeters = 5, FixTimeMs = 1764000000123 }, state.Vehicle);
        Assert.Equal([new PathPoint(-122.5, 37.25, 1764000000000), new PathPoint(-122.25, 37.5, 1764000000123)], state.Path);
        Assert.Equal((new TripEta(240, 1830), 3, 1000, 1764000000124), (state.Eta, state.Route, state.NextUpdateMs, state.LastHeardMs));
        Assert.Equal((new Stop(1, 2, "Here"), new Stop(3, 4), new DriverCard("Ann", "Blue car", "7ABC")), (state.Pickup, state.Dropoff, state.Driver));
    }

    [Fact]
    public async Task StrategyThatCannotConnect_GivesWayToTheNextWithTheCursor()
    {
        _server.Refused[RiderStrategy.Sse] = 502;
        _server.Refused[RiderStrategy.WebSocket] = 502;
        var connection = Watch(o => o with { Cursor = "c0" });
        await using var states = connection.GetAsyncEnumerator(Cancel);
        var probe = await _server.NextAsync();
        // The handshake was refused: a plain GET asks why.
        Assert.Equal(RiderStrategy.Poll, probe.Strategy);
        await probe.StateAsync("c1", 1);
        var peer = await _server.NextAsync();
        Assert.Equal((RiderStrategy.LongPoll, "c0"), (peer.Strategy, peer.Cursor));
        await peer.StateAsync("c1", 1);
        Assert.True(await states.MoveNextAsync());
        Assert.Equal((RiderStrategy.LongPoll, RiderPhase.Live), (connection.Status.Strategy, connection.Status.Phase));
    }

    [Fact]
    public async Task SilentStream_GivesWayToTheNextAndAliveKeepsIt()
    {
        var connection = Watch();
        connection.Start();
        var peer = await _server.NextAsync();
        await peer.StateAsync("c1", 1);
        await Until(() => connection.Cursor == "c1");
        await ToldByTheServer(connection);
        _time.Advance(TimeSpan.FromSeconds(14));
        await peer.SseAsync("event: alive\ndata: {}\n\n");
        // Heard once this next state has come.
        await peer.StateAsync("c2", 2);
        await Until(() => connection.Cursor == "c2");
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal(RiderStrategy.Sse, connection.Status.Strategy);
        _time.Advance(TimeSpan.FromSeconds(2));
        var next = await _server.NextAsync();
        Assert.Equal((RiderStrategy.WebSocket, "c2"), (next.Strategy, next.Cursor));
    }

    [Fact]
    public async Task BrokenStream_WaitsAsRetryTells()
    {
        var connection = Watch();
        connection.Start();
        var peer = await _server.NextAsync();
        await peer.SseAsync("retry: 7000\n");
        await peer.StateAsync("c1", 1);
        await Until(() => connection.Cursor == "c1");
        peer.End();
        await Until(() => connection.Status.Phase == RiderPhase.Waiting);
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(7), connection.Status.RetryAt);
        Assert.Equal("c1", (await RunTimeUntil(_server.NextAsync())).Cursor);
        Assert.True(_time.GetUtcNow() - Start >= TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task Drain_WaitsAsToldAndGoesToAnotherNode()
    {
        await using var other = await ScriptedLive.StartAsync();
        var connection = Watch(o => o with { Strategy = RiderStrategy.WebSocket, OtherServers = [other.Address] });
        connection.Start();
        var peer = await _server.NextAsync();
        await peer.StateAsync("c1", 1);
        await peer.SayAsync("""{"drain":{"reconnectAfterMs":3000}}""");
        await peer.CloseAsync(1001, "draining");
        await Until(() => connection.Status.Phase == RiderPhase.Waiting);
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(3), connection.Status.RetryAt);
        peer = await RunTimeUntil(other.NextAsync());
        Assert.True(_time.GetUtcNow() - Start >= TimeSpan.FromSeconds(3));
        Assert.Equal(("c1", RiderStrategy.WebSocket), (peer.Cursor, peer.Strategy));
    }

    [Fact]
    public async Task NodeThatIsAway_GivesWayToTheNextWithTheSameStrategy()
    {
        // Bound and not listened at: nobody answers, and nobody else gets the port meanwhile.
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var gone = new Uri($"http://{silent.LocalEndPoint}");
        var other = _server;
        var connection = Watch(o => o with { Server = gone, OtherServers = [other.Address] });
        connection.Start();
        var peer = await other.NextAsync();
        Assert.Equal(RiderStrategy.Sse, peer.Strategy);
        await peer.StateAsync("c1", 1);
        await Until(() => connection.Status == new RiderStatus(RiderPhase.Live, RiderStrategy.Sse, other.Address));
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    public async Task RetryAfter_IsKeptToAndTheStrategyStays(int status)
    {
        var connection = Watch(o => o with { Strategy = RiderStrategy.Poll });
        connection.Start();
        await (await _server.NextAsync()).AnswerAsync(status, """{"type":"/problems/hub-unavailable"}""", ("Retry-After", "9"));
        await Until(() => connection.Status.Phase == RiderPhase.Waiting);
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(9), connection.Status.RetryAt);
        connection.RetryNow();
        await (await _server.NextAsync()).StateAsync("c1", 1);
        await Until(() => connection.Cursor == "c1");
    }

    [Fact]
    public async Task HeldPollOfANodeThatDrains_WaitsAsTold()
    {
        var connection = Watch(o => o with { Strategy = RiderStrategy.LongPoll, Cursor = "c0" });
        connection.Start();
        await (await _server.NextAsync()).AnswerAsync(304, null, ("Retry-After", "2"));
        await Until(() => connection.Status.Phase == RiderPhase.Waiting);
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(2), connection.Status.RetryAt);
    }

    [Fact]
    public async Task LongPollAnsweredAtOnceWithNothing_DoesNotSpin()
    {
        var connection = Watch(o => o with { Strategy = RiderStrategy.LongPoll, Cursor = "c0", OpenTimeout = Never });
        connection.Start();
        await (await _server.NextAsync()).AnswerAsync(304);
        await Until(() => connection.Status.Phase == RiderPhase.Live);
        var next = _server.NextAsync();
        _time.Advance(TimeSpan.FromMilliseconds(1_900));
        Assert.False(next.IsCompleted);
        await RunTimeUntil(next, whileLive: true);
    }

    [Fact]
    public async Task RefusedToken_IsRenewedOnceAndASecondRefusalIsFinal()
    {
        _token = refused => refused ? "new" : "old";
        var connection = Watch();
        connection.Start();
        await (await _server.NextAsync()).AnswerAsync(401);
        var peer = await _server.NextAsync();
        Assert.Equal("new", peer.Token);
        await peer.AnswerAsync(401, """{"detail":"The token is wrong."}""");
        Assert.Equal(new RiderEnd(RiderEndReason.Unauthorized, null, "The token is wrong."), await connection.Completion.WaitAsync(Cancel));
        Assert.Equal([false, true], _asked);
        var failure = await Assert.ThrowsAsync<RiderEndedException>(async () => await connection.GetAsyncEnumerator(Cancel).MoveNextAsync());
        Assert.Equal(RiderEndReason.Unauthorized, failure.End.Reason);
    }

    [Fact]
    public async Task SameTokenAfterARefusal_IsNotTriedAgain()
    {
        var connection = Watch();
        connection.Start();
        await (await _server.NextAsync()).AnswerAsync(401);
        Assert.Equal(RiderEndReason.Unauthorized, (await connection.Completion.WaitAsync(Cancel)).Reason);
    }

    [Theory]
    [InlineData(RiderStrategy.Sse)]
    [InlineData(RiderStrategy.WebSocket)]
    public async Task TokenThatRanOut_IsReplacedAndTheStreamGoesOnFromTheCursor(RiderStrategy strategy)
    {
        _token = refused => refused ? $"new{_asked.Count}" : "old";
        var connection = Watch(o => o with { Strategy = strategy });
        connection.Start();
        for (var i = 1; i <= 3; i++)
        {
            var peer = await _server.NextAsync();
            await peer.StateAsync($"c{i}", i);
            if (strategy == RiderStrategy.Sse) await peer.SseAsync("event: end\ndata: {\"reason\":\"token-expired\"}\n\n");
            else if (i == 1) await peer.SayAsync("""{"end":{"reason":"token-expired"}}""");
            else await peer.CloseAsync(4401, "token-expired");
        }

        var last = await _server.NextAsync();
        Assert.Equal(("c3", "new4"), (last.Cursor, last.Token));
    }

    [Fact]
    public async Task TokenFactoryThatFails_IsAskedAgainLater()
    {
        _token = _ => _asked.Count == 1 ? throw new InvalidOperationException("no network") : "t";
        var connection = Watch();
        connection.Start();
        var peer = await RunTimeUntil(_server.NextAsync());
        Assert.Equal("no network", connection.LastError);
        await peer.StateAsync("c1", 1);
        await Until(() => connection.LastError is null);
    }

    [Theory]
    [InlineData("trip-complete", RiderEndReason.TripComplete, TripStatus.Complete)]
    [InlineData("trip-canceled", RiderEndReason.TripCanceled, TripStatus.Canceled)]
    public async Task EndOfTheTrip_EndsTheEnumerationAfterTheFinalState(string word, RiderEndReason reason, TripStatus status)
    {
        var connection = Watch();
        var reading = ReadAllAsync(connection);
        var peer = await _server.NextAsync();
        await peer.StateAsync("c1", 1);
        await peer.StateAsync("c2", 2);
        await peer.SseAsync($"event: end\ndata: {{\"reason\":\"{word}\"}}\n\n");
        Assert.Equal("c2", (await reading.WaitAsync(Cancel))[^1].Cursor);
        Assert.Equal(new RiderEnd(reason, status), await connection.Completion);
        Assert.Equal(RiderPhase.Ended, connection.Status.Phase);
    }

    [Fact]
    public async Task NoContent_IsFinalAndAPlainGetTellsHowTheTripEnded()
    {
        var connection = Watch(o => o with { Cursor = "c1" });
        var reading = ReadAllAsync(connection);
        await (await _server.NextAsync()).AnswerAsync(204);
        var probe = await _server.NextAsync();
        Assert.Equal(RiderStrategy.Poll, probe.Strategy);
        await probe.AnswerAsync(410, """{"type":"/problems/trip-over","status":"canceled"}""");
        Assert.Empty(await reading.WaitAsync(Cancel));
        Assert.Equal(new RiderEnd(RiderEndReason.TripCanceled, TripStatus.Canceled), await connection.Completion);
    }

    [Theory]
    [InlineData(410, """{"status":"complete"}""", RiderEndReason.TripComplete)]
    [InlineData(410, "gone", RiderEndReason.TripOver)]
    [InlineData(403, """{"type":"/problems/forbidden"}""", RiderEndReason.Forbidden)]
    [InlineData(404, null, RiderEndReason.NotFound)]
    [InlineData(400, """{"type":"/problems/viewport-too-large"}""", RiderEndReason.Refused)]
    public async Task FinalStatus_EndsTheWatch(int status, string? body, RiderEndReason reason)
    {
        foreach (var strategy in Enum.GetValues<RiderStrategy>().Where(one => one != RiderStrategy.WebSocket))
        {
            var connection = Watch(o => o with { Strategy = strategy });
            connection.Start();
            await (await _server.NextAsync()).AnswerAsync(status, body);
            Assert.Equal(reason, (await connection.Completion.WaitAsync(Cancel)).Reason);
        }
    }

    [Theory]
    [InlineData(1000, "trip-complete", RiderEndReason.TripComplete)]
    [InlineData(1008, "breach", RiderEndReason.Refused)]
    [InlineData(1009, "too-big", RiderEndReason.Refused)]
    [InlineData(4403, "token-revoked", RiderEndReason.TokenRevoked)]
    [InlineData(4403, "forbidden", RiderEndReason.Forbidden)]
    public async Task FinalCloseCode_EndsTheWatch(int code, string reason, RiderEndReason expected)
    {
        var connection = Watch(o => o with { Strategy = RiderStrategy.WebSocket });
        connection.Start();
        await (await _server.NextAsync()).CloseAsync(code, reason);
        Assert.Equal(expected, (await connection.Completion.WaitAsync(Cancel)).Reason);
    }

    [Fact]
    public async Task TooSlow_ComesBackAtOnceWithTheCursor()
    {
        var connection = Watch(o => o with { Strategy = RiderStrategy.WebSocket });
        connection.Start();
        var peer = await _server.NextAsync();
        await peer.StateAsync("c1", 1);
        await peer.CloseAsync(4408, "too-slow");
        Assert.Equal("c1", (await _server.NextAsync()).Cursor);
    }

    [Fact]
    public async Task RefusedHandshake_IsExplainedByAPlainGet()
    {
        _server.Refused[RiderStrategy.WebSocket] = 404;
        var connection = Watch(o => o with { Strategy = RiderStrategy.WebSocket });
        connection.Start();
        await (await _server.NextAsync()).AnswerAsync(404, """{"detail":"There is no such trip."}""");
        Assert.Equal(new RiderEnd(RiderEndReason.NotFound, null, "There is no such trip."), await connection.Completion.WaitAsync(Cancel));
    }

    [Fact]
    public async Task FixTime_NeverGoesBackNotEvenByAReset()
    {
        var connection = Watch();
        var times = new List<long?>();
        connection.StateReceived += state => times.Add(state.Vehicle?.FixTimeMs);
        connection.Start();
        var peer = await _server.NextAsync();
        await peer.StateAsync("c1", 1_000);
        await peer.StateAsync("c2", 900);
        await peer.StateAsync("c3", 900, ",\"reset\":true");
        await peer.JsonAsync("c4", LivePeer.State("c4", 900).Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal));
        await peer.StateAsync("c5", 1_100);
        await Until(() => connection.Cursor == "c5");
        // The cursor is known a moment before the state is handed out; nothing is handed out once it is closed.
        await connection.DisposeAsync();
        Assert.Equal([1_000L, 1_000L, 1_100L], times);
    }

    [Fact]
    public async Task SlowReader_GetsTheNewestStateAndStillLearnsOfAReset()
    {
        var connection = Watch();
        await using var states = connection.GetAsyncEnumerator(Cancel);
        var peer = await _server.NextAsync();
        await peer.StateAsync("c0", 1);
        Assert.True(await states.MoveNextAsync());
        for (var i = 1; i <= 100; i++) await peer.StateAsync($"c{i}", i, i == 7 ? ",\"reset\":true" : "");
        await Until(() => connection.Latest?.Cursor == "c100");
        Assert.True(await states.MoveNextAsync());
        Assert.Equal(("c100", true), (states.Current.Cursor, states.Current.Reset));
        await peer.StateAsync("c101", 101);
        Assert.True(await states.MoveNextAsync());
        Assert.Equal(("c101", false), (states.Current.Cursor, states.Current.Reset));
    }

    [Fact]
    public async Task Repeat_IsNoNews()
    {
        var connection = Watch();
        var states = 0;
        connection.StateReceived += _ => states++;
        connection.Start();
        var peer = await _server.NextAsync();
        await peer.StateAsync("c1", 1);
        await peer.StateAsync("c1", 1);
        await peer.StateAsync("c2", 2);
        await Until(() => connection.Cursor == "c2");
        // The cursor is known a moment before the state is handed out; nothing is handed out once it is closed.
        await connection.DisposeAsync();
        Assert.Equal(2, states);
    }

    [Fact]
    public async Task Garbage_CostsTheConnectionAndNotTheWatch()
    {
        var connection = Watch();
        connection.Start();
        var peer = await _server.NextAsync();
        await peer.StateAsync("c1", 1);
        await peer.SseAsync("event: position\ndata: {\"cursor\":7}\n\n");
        peer = await RunTimeUntil(_server.NextAsync());
        Assert.Equal("c1", peer.Cursor);
    }

    [Fact]
    public async Task Use_SwitchesInMidTripFromTheCursor()
    {
        var connection = Watch();
        connection.Start();
        var peer = await _server.NextAsync();
        await peer.StateAsync("c1", 1);
        await Until(() => connection.Cursor == "c1");
        foreach (var strategy in (RiderStrategy[])[RiderStrategy.WebSocket, RiderStrategy.LongPoll, RiderStrategy.Sse])
        {
            connection.Use(strategy);
            await peer.UntilGoneAsync();
            peer = await _server.NextAsync();
            Assert.Equal((strategy, "c1"), (peer.Strategy, peer.Cursor));
        }
    }

    [Fact]
    public async Task PollThatWorks_LooksUpToAStreamAgain()
    {
        _server.Refused[RiderStrategy.Sse] = 502;
        _server.Refused[RiderStrategy.WebSocket] = 502;
        var connection = Watch();
        connection.Start();
        // The probe of the refused handshake, then the first long poll, without a cursor yet.
        await (await _server.NextAsync()).StateAsync("c1", 1);
        await (await _server.NextAsync()).StateAsync("c1", 1);
        var held = await _server.NextAsync();
        Assert.Equal(RiderStrategy.LongPoll, held.Strategy);
        _server.Refused.Clear();
        // Its own patience is 30 s: two of these polls are a minute.
        _time.Advance(TimeSpan.FromSeconds(25));
        await held.AnswerAsync(304);
        held = await _server.NextAsync();
        _time.Advance(TimeSpan.FromSeconds(25));
        await held.AnswerAsync(304);
        held = await _server.NextAsync();
        _time.Advance(TimeSpan.FromSeconds(25));
        await held.AnswerAsync(304);
        var peer = await _server.NextAsync();
        Assert.Equal((RiderStrategy.Sse, "c1"), (peer.Strategy, peer.Cursor));
    }

    [Fact]
    public async Task ServerWithoutCapabilities_IsServedWithTheDefaults()
    {
        _server.Capabilities = null;
        var connection = Watch();
        connection.Start();
        await (await _server.NextAsync()).StateAsync("c1", 1);
        await Until(() => connection.Cursor == "c1");
    }

    [Fact]
    public async Task Dispose_HangsUpAndEndsTheEnumeration()
    {
        var connection = Watch();
        var reading = ReadAllAsync(connection);
        var peer = await _server.NextAsync();
        await peer.StateAsync("c1", 1);
        await Until(() => connection.Cursor == "c1");
        await connection.DisposeAsync();
        await peer.UntilGoneAsync();
        Assert.Single(await reading.WaitAsync(Cancel));
        Assert.Equal(RiderEndReason.Closed, (await connection.Completion).Reason);
    }

    [Fact]
    public async Task CanceledEnumeration_LeavesTheConnectionToOthers()
    {
        var connection = Watch();
        using var patience = new CancellationTokenSource();
        await using var states = connection.GetAsyncEnumerator(patience.Token);
        var waiting = states.MoveNextAsync();
        var peer = await _server.NextAsync();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        await peer.StateAsync("c1", 1);
        await using var others = connection.GetAsyncEnumerator(Cancel);
        Assert.True(await others.MoveNextAsync());
        Assert.Equal("c1", others.Current.Cursor);
    }

    [Fact]
    public async Task Viewport_IsMergedOverAStream()
    {
        var connection = RiderConnection.ToViewport(new GeoBox(-122.5, 37.5, -122, 38), Options(), TimeSpan.FromMilliseconds(500), _time);
        _open.Add(connection);
        await using var states = connection.GetAsyncEnumerator(Cancel);
        var peer = await _server.NextAsync();
        Assert.Equal("?bbox=-122.5,37.5,-122,38&interval=500", peer.Query);
        await peer.JsonAsync("v1", """{"cursor":"v1","whole":true,"vehicles":[{"id":"a","lat":1,"lng":2,"time":10,"status":"idle"},{"id":"b","lat":3,"lng":4,"time":10,"status":"busy"}],"gone":[]}""");
        Assert.True(await states.MoveNextAsync());
        Assert.Equal(2, states.Current.Vehicles.Count);
        await peer.JsonAsync("v2", """{"cursor":"v2","vehicles":[{"id":"a","lat":9,"lng":9,"time":9,"status":"busy","stale":true}],"gone":["b"]}""");
        Assert.True(await states.MoveNextAsync());
        var only = Assert.Single(states.Current.Vehicles).Value;
        // The later status at the newer place.
        Assert.Equal((1.0, 10L, "busy", true), (only.Latitude, only.FixTimeMs, only.Status, only.Stale));
    }

    [Fact]
    public void Options_OutOfTheirRange_AreRefusedByName()
    {
        Assert.Equal("Server", Assert.Throws<ArgumentException>(() => Watch(o => o with { Server = new Uri("ftp://x") })).ParamName);
        Assert.Equal("FirstBackoff", Assert.Throws<ArgumentException>(() => Watch(o => o with { FirstBackoff = TimeSpan.Zero })).ParamName);
        Assert.Equal("OpenTimeout", Assert.Throws<ArgumentException>(() => Watch(o => o with { OpenTimeout = TimeSpan.Zero })).ParamName);
    }

    private RiderConnectionOptions Options() => new()
    {
        Server = _server.Address,
        Token = (request, _) =>
        {
            _asked.Add(request.Refused);
            return ValueTask.FromResult(_token(request.Refused));
        },
    };

    private RiderConnection<TripState> Watch(Func<RiderConnectionOptions, RiderConnectionOptions>? change = null)
    {
        var options = Options();
        var connection = RiderConnection.ToTrip(TripId.Parse("t_1"), change is null ? options : change(options), _time);
        _open.Add(connection);
        _phase = () => connection.Status.Phase;
        return connection;
    }

    private static async Task<List<TripState>> ReadAllAsync(RiderConnection<TripState> connection)
    {
        var all = new List<TripState>();
        await foreach (var state in connection.WithCancellation(Cancel)) all.Add(state);
        return all;
    }

    // Capabilities are asked for beside the first connection, which does not wait for them.
    private static Task ToldByTheServer(RiderConnection<TripState> connection) => Until(() => ((IRiderLink)connection).Capabilities.AliveSeconds == ScriptedLive.AliveSeconds);

    private static async Task Until(Func<bool> holds)
    {
        while (!holds())
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Run(static () => { }, Cancel);
        }
    }

    // Fake time runs far faster than real sockets answer: so only while the connection waits for time, not for the server.
    private async Task<LivePeer> RunTimeUntil(Task<LivePeer> done, bool whileLive = false)
    {
        while (!done.IsCompleted)
        {
            Cancel.ThrowIfCancellationRequested();
            if (_phase() == RiderPhase.Waiting || (whileLive && _phase() == RiderPhase.Live)) _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(done, Task.Run(static () => { }, Cancel));
        }

        return await done;
    }
}
