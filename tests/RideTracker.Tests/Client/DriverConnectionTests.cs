using System.Net;
using Microsoft.Extensions.Time.Testing;
using RideTracker.Client;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Tests.Client;

/// <summary>The driver connection over the plain WebSocket keeps every fix until it is settled, whatever the server does.</summary>
public sealed class DriverConnectionTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(Start);
    private readonly List<DriverConnection> _connections = [];
    private ScriptedServer _server = null!;
    private int _tokens;

    public async ValueTask InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _server.Drop();
        foreach (var connection in _connections)
        {
            var closing = connection.DisposeAsync().AsTask();
            while (!closing.IsCompleted)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                await Task.WhenAny(closing, Task.Run(static () => { }));
            }

            await closing;
        }

        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Report_WhenAcknowledged_IsReleasedAndCounted()
    {
        var connection = Connect();
        var peer = await _server.AcceptAsync();
        Report(connection, 1);
        Assert.Equal("1", await peer.ReportAsync());
        Report(connection, 2, 3);
        var (reports, fixes) = (1, 1);
        for (; fixes < 3; reports++) fixes += (await peer.ReportAsync()).Split(' ').Length;
        Assert.Equal(3, connection.Counters.Buffered);
        await peer.AckAsync(reports, 1, 1, """[{"report":1,"index":0,"reason":"jump"}]""");
        await connection.FlushAsync(Cancel);
        var counters = connection.Counters;
        Assert.Equal((3, 1, 1, 1, 0), (counters.Reported, counters.Accepted, counters.Duplicates, counters.Rejected, counters.Buffered));
        Assert.Equal(1, counters.RejectedByReason["jump"]);
    }

    [Fact]
    public async Task Connection_LostWithUnsettledReports_SendsTheNewestAloneAndThenTheBacklogInOrder()
    {
        var connection = Connect();
        var peer = await _server.AcceptAsync();
        foreach (var time in new[] { 1, 2, 3 })
        {
            Report(connection, time);
            Assert.Equal($"{time}", await peer.ReportAsync());
        }

        await peer.AckAsync(1, 1);
        await Settled(connection, 1);
        peer.Drop();
        Report(connection, 4, 5);
        peer = await RunTimeUntil(_server.AcceptAsync().AsTask());
        Assert.Equal("5", await peer.ReportAsync());
        Assert.Equal("2 3 4", await peer.ReportAsync());
        await peer.AckAsync(2, 2, 2);
        await connection.FlushAsync(Cancel);
        var counters = connection.Counters;
        Assert.Equal((5, 3, 2, 0, 1), (counters.Reported, counters.Accepted, counters.Duplicates, counters.Buffered, counters.Reconnects));
    }

    [Fact]
    public async Task HubChange_SendsAgainWhatWasSettledWithinTheLastMinute_ButNotWhatWasRefused()
    {
        var connection = Connect();
        var peer = await _server.AcceptAsync();
        Report(connection, 1);
        await peer.ReportAsync();
        await peer.AckAsync(1, 1);
        await Settled(connection, 1);
        _time.Advance(TimeSpan.FromSeconds(61));
        Report(connection, 2);
        await peer.ReportAsync();
        await peer.AckAsync(2, 1);
        Report(connection, 3);
        await peer.ReportAsync();
        await peer.AckAsync(3, 0, 0, """[{"report":3,"index":0,"reason":"jump"}]""");
        await Settled(connection, 3);
        Report(connection, 4);
        await peer.ReportAsync();
        await peer.AckAsync(4, 1, hub: "h2");
        Assert.Equal("2 4", await peer.ReportAsync());
        await peer.AckAsync(5, 1, 1, hub: "h2");
        await connection.FlushAsync(Cancel);
        var counters = connection.Counters;
        Assert.Equal((4, 2), (counters.Reported, counters.Resettled));
        Assert.Equal(counters.Reported + counters.Resettled, counters.Accepted + counters.Duplicates + counters.Rejected);
    }

    [Fact]
    public async Task Reports_UnderWay_AreBounded()
    {
        var connection = Connect(o => o with { UnsettledReports = 2 });
        var peer = await _server.AcceptAsync();
        Report(connection, 1);
        await peer.ReportAsync();
        Report(connection, 2);
        await peer.ReportAsync();
        Report(connection, 3);
        Report(connection, 4);
        Assert.Equal(2, connection.Counters.Sent);
        await peer.AckAsync(1, 1);
        Assert.Equal("3 4", await peer.ReportAsync());
    }

    [Fact]
    public async Task Buffer_WhenFull_DropsTheOldestAndCountsIt()
    {
        var connection = Connect(o => o with { BufferFixes = 3, Token = _ => ValueTask.FromException<string>(new IOException("no token yet")) });
        Report(connection, 1, 2, 3, 4, 5);
        Assert.Equal((5, 2, 3), (connection.Counters.Reported, connection.Counters.Dropped, connection.Counters.Buffered));
        Assert.NotEqual(DriverConnectionState.Connected, connection.State);
        await RunTimeUntil(connection.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task Error_WithRetryAfter_HoldsTheNextReportsBack()
    {
        var connection = Connect();
        var peer = await _server.AcceptAsync();
        Report(connection, 1);
        await peer.ReportAsync();
        var troubled = Until(() => connection.LastError == "busy");
        await peer.SayAsync("""{"error":{"type":"x","title":"t","detail":"busy","retryAfterMs":5000}}""");
        await troubled;
        Report(connection, 2);
        var next = peer.ReportAsync();
        Assert.Equal(1, connection.Counters.Sent);
        await peer.AckAsync(1, 1);
        await Settled(connection, 1);
        Assert.Equal(1, connection.Counters.Sent);
        Assert.False(next.IsCompleted);
        Assert.Equal("2", await RunTimeUntil(next, whileConnected: true));
        Assert.True(_time.GetUtcNow() - Start >= TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Drain_LetsReportsUnderWaySettle_AndReconnectsAfterTheDelay()
    {
        var connection = Connect();
        var peer = await _server.AcceptAsync();
        Report(connection, 1);
        await peer.ReportAsync();
        await peer.SayAsync("""{"drain":{"reconnectAfterMs":7000}}""");
        await peer.AckAsync(1, 1);
        Assert.True(await peer.IsClosedNextAsync());
        Report(connection, 2);
        peer = await RunTimeUntil(_server.AcceptAsync().AsTask());
        Assert.True(_time.GetUtcNow() - Start >= TimeSpan.FromSeconds(7));
        Assert.Equal("2", await peer.ReportAsync());
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Token_RefusedTwice_IsFinal(int status)
    {
        _server.Refusals.Enqueue(status);
        _server.Refusals.Enqueue(status);
        var connection = Connect();
        var refused = await Assert.ThrowsAsync<DriverRefusedException>(() => RunTimeUntil(connection.Completion));
        Assert.Equal((HttpStatusCode)status, refused.Status);
        Assert.Equal(DriverConnectionState.Refused, connection.State);
        Assert.Equal(["token-1", "token-2"], _server.Tokens);
        Report(connection, 1);
        await Assert.ThrowsAsync<DriverRefusedException>(() => connection.FlushAsync(Cancel));
    }

    [Fact]
    public async Task Token_RefusedOnce_IsFinalIfTheFactoryHasNoOther()
    {
        _server.Refusals.Enqueue(401);
        var connection = Connect(o => o with { Token = _ => new("the-only-one") });
        await Assert.ThrowsAsync<DriverRefusedException>(() => RunTimeUntil(connection.Completion));
        Assert.Single(_server.Tokens);
    }

    [Fact]
    public async Task Token_Expired_IsReplacedByANewOne()
    {
        var connection = Connect();
        var peer = await _server.AcceptAsync();
        await peer.CloseAsync(4401, "token-expired");
        await RunTimeUntil(_server.AcceptAsync().AsTask());
        Assert.Equal(["token-1", "token-2"], _server.Tokens);
        Assert.NotEqual(DriverConnectionState.Refused, connection.State);
    }

    [Fact]
    public async Task Token_ExpiredAgainAndAgain_IsReplacedEachTime()
    {
        var connection = Connect();
        for (var expiries = 0; expiries < 4; expiries++)
        {
            var next = _server.AcceptAsync().AsTask();
            await RunTimeUntil(Task.WhenAny(next, connection.Completion));
            Assert.False(connection.Completion.IsFaulted, $"Refused for good after {expiries} tokens had run out.");
            await (await next).CloseAsync(4401, "token-expired");
        }
    }

    [Fact]
    public async Task Advice_OfAnAckOrByItself_IsHeard()
    {
        var connection = Connect();
        var heard = new List<Advice>();
        connection.AdviceChanged += heard.Add;
        var peer = await _server.AcceptAsync();
        Report(connection, 1);
        await peer.ReportAsync();
        await peer.AckAsync(1, 1, more: ""","advice":{"intervalMs":5000,"minDistance":20}""");
        await Settled(connection, 1);
        await peer.SayAsync("""{"unknown":[1,{"a":2}],"advise":{"intervalMs":1000,"minDistance":0}}""");
        await Until(() => heard.Count == 2);
        Assert.Equal([new Advice(5000, 20), new Advice(1000, 0)], heard);
        Assert.Equal(heard[1], connection.Advice);
    }

    [Fact]
    public async Task Trip_AndItsEnd_AreHeard()
    {
        var connection = Connect();
        var heard = new List<string?>();
        connection.TripChanged += trip => heard.Add(trip?.GetProperty("id").GetString());
        var peer = await _server.AcceptAsync();
        await peer.SayAsync("""{"trip":{"id":"t_1"}}""");
        await peer.SayAsync("""{"trip":null}""");
        await Until(() => heard.Count == 2);
        Assert.Equal(["t_1", null], heard);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("""{"ack":null}""")]
    [InlineData("""{"ack":{"accepted":1}}""")]
    [InlineData("""{"ack":{"reports":99,"accepted":1}}""")]
    [InlineData("""{"advise":7}""")]
    public async Task Nonsense_FromTheServer_CostsTheConnectionAndNoFix(string frame)
    {
        var connection = Connect();
        var peer = await _server.AcceptAsync();
        Report(connection, 1);
        await peer.ReportAsync();
        await peer.SayAsync(frame);
        peer = await RunTimeUntil(_server.AcceptAsync().AsTask());
        Assert.Equal("1", await peer.ReportAsync());
        Assert.NotNull(connection.LastError);
    }

    [Fact]
    public async Task Server_ThatSettlesNothing_IsLeft()
    {
        var connection = Connect();
        var peer = await _server.AcceptAsync();
        Report(connection, 1);
        await peer.ReportAsync();
        while (connection.State == DriverConnectionState.Connected)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        peer = await RunTimeUntil(_server.AcceptAsync().AsTask());
        Assert.Equal("1", await peer.ReportAsync());
        Assert.True(_time.GetUtcNow() - Start >= TimeSpan.FromSeconds(30));
        Assert.Equal(1, connection.Counters.Buffered);
    }

    [Fact]
    public async Task UnreadableReport_SettledByTheServer_IsCountedAsSuch()
    {
        var connection = Connect();
        var peer = await _server.AcceptAsync();
        Report(connection, 1);
        await peer.ReportAsync();
        await peer.AckAsync(1, 0);
        await connection.FlushAsync(Cancel);
        Assert.Equal(1, connection.Counters.RejectedByReason["unreadable"]);
    }

    [Fact]
    public async Task Dispose_WaitsABoundedTimeForWhatIsNotSettled()
    {
        var connection = Connect();
        var peer = await _server.AcceptAsync();
        Report(connection, 1);
        await peer.ReportAsync();
        var closing = connection.DisposeAsync().AsTask();
        Assert.False(closing.IsCompleted);
        Assert.True(await RunTimeUntil(peer.IsClosedNextAsync(), whileConnected: true));
        Assert.True(_time.GetUtcNow() - Start >= TimeSpan.FromSeconds(5));
        await closing;
        Assert.Equal(1, connection.Counters.Buffered);
        Assert.Equal(DriverConnectionState.Closed, connection.State);
    }

    [Fact]
    public async Task Dispose_WhileWaitingToReconnect_TriesOnceMoreAtOnce()
    {
        var connection = Connect(o => o with { FirstBackoff = TimeSpan.FromHours(1), LongestBackoff = TimeSpan.FromHours(1) });
        var peer = await _server.AcceptAsync();
        peer.Drop();
        await Until(() => connection.State == DriverConnectionState.Waiting);
        Report(connection, 1);
        var closing = connection.DisposeAsync().AsTask();
        peer = await _server.AcceptAsync();
        Assert.Equal("1", await peer.ReportAsync());
        await peer.AckAsync(1, 1);
        Assert.True(await peer.IsClosedNextAsync());
        await closing;
        Assert.Equal(0, connection.Counters.Buffered);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static void Report(DriverConnection connection, params long[] times)
    {
        foreach (var time in times) connection.Report(new DriverFix(time, 44.5, -30));
    }

    private static Task Settled(DriverConnection connection, long fixes) =>
        Until(() => connection.Counters is var c && c.Accepted + c.Duplicates + c.Rejected >= fixes);

    // What comes over a real socket comes when it comes.
    private static async Task Until(Func<bool> condition)
    {
        while (!condition())
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private DriverConnection Connect(Func<DriverConnectionOptions, DriverConnectionOptions>? change = null)
    {
        var options = new DriverConnectionOptions
        {
            Server = _server.Address,
            Driver = DriverId.Parse("d1"),
            Token = _ => new($"token-{Interlocked.Increment(ref _tokens)}"),
        };
        var connection = new DriverConnection(change?.Invoke(options) ?? options, _time);
        _connections.Add(connection);
        connection.Start();
        return connection;
    }

    private async Task<T> RunTimeUntil<T>(Task<T> done, bool whileConnected = false)
    {
        await RunTimeUntil((Task)done, whileConnected);
        return await done;
    }

    // Fake time runs far faster than real sockets answer: so only while the connection waits for time, not for the server.
    private async Task RunTimeUntil(Task done, bool whileConnected = false)
    {
        while (!done.IsCompleted)
        {
            Cancel.ThrowIfCancellationRequested();
            var state = _connections[^1].State;
            if (state == DriverConnectionState.Waiting || (whileConnected && state == DriverConnectionState.Connected)) _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(done, Task.Run(static () => { }, Cancel));
        }

        await done;
    }
}
