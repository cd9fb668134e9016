using System.Collections.Concurrent;
using System.Net;
using RideTracker.Client;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Hub;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Trips;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>Redis killed and started again on its append-only file, under drivers that go on reporting and riders that go on watching.</summary>
public sealed class RedisRestartTests : IAsyncLifetime
{
    private const int Partitions = 4;

    private RedisProcess? _redis;

    private RedisProcess Redis => _redis!;

    public async ValueTask InitializeAsync()
    {
        try
        {
            _redis = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "everysec");
        }
        catch (EngineMissingException missing)
        {
            HubEngine.Missing("redis7", missing.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Fleet_LosesNothingAndItsRidersGoOn()
    {
        await using var a = await NodeAsync();
        await using var b = await NodeAsync();
        await using var fleet = new ReportingFleet(12, a.Url, b.Url);
        var trip = new Trip(TripId.Parse("t_restart"), TripStatus.EnrouteToPickup, new Stop(37.78, -122.41), new Stop(37.79, -122.4)) { Driver = fleet.Drivers[0] };
        await a.ProjectAsync(trip);
        fleet.Start();
        await using var sse = await Rider.OnTripAsync(RiderStrategy.Sse, b, trip.Id.Value);
        await using var socket = await Rider.OnTripAsync(RiderStrategy.WebSocket, a, trip.Id.Value);
        foreach (var rider in (Rider[])[sse, socket]) await rider.UntilAsync(view => view.Path.Count >= 5);

        await Redis.KillAsync();
        var atKill = 0L;
        foreach (var rider in (Rider[])[sse, socket]) atKill = (await rider.UntilAsync(view => view.Stale)).Time!.Value;
        foreach (var node in (TrackingNode[])[a, b]) await IsAwayAsync(node, trip.Id.Value);
        await Redis.StartAgainAsync();

        // The same streams go on, and positions come from after the outage.
        foreach (var rider in (Rider[])[sse, socket]) await rider.UntilAsync(view => !view.Stale && view.Time > atKill + 1_000);
        await fleet.StopAsync();
        Assert.All(fleet.Counters, counters => Assert.Equal(0, counters.Dropped));
        Assert.All(fleet.Counters, counters => Assert.Equal(0, counters.Buffered));
        await using var redis = await Redis.ConnectAsync();
        var history = await HubHistory.ReadAsync(redis.GetDatabase(), Partitions);
        foreach (var (driver, times) in fleet.Reported) Assert.Equal(times.Order(), history.TimesOf(driver).Order());
        foreach (var node in (TrackingNode[])[a, b])
        {
            Assert.Equal(HttpStatusCode.OK, (await PollRider.GetAsync(node, "/health/ready", null)).Status);
            Assert.Empty(node.Errors.All);
        }
    }

    [Fact]
    public async Task SettledReports_AreInTheHistoryOfTheRestartedRedis_WhereItWritesBeforeItAnswers()
    {
        // With `everysec` Redis answers, and holds back what it has to write, while a sync of a busy disk takes long: up to two seconds (docs/operations.md).
        await Redis.DisposeAsync();
        _redis = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var node = await NodeAsync();
        var drivers = Enumerable.Range(0, 8).Select(i => new TestDriver($"raw{i}")).ToArray();
        var settled = new ConcurrentBag<(string Driver, long Time)>();
        using var stop = new CancellationTokenSource();
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reporting = Task.WhenAll(drivers.Select(driver => Task.Run(async () =>
        {
            var start = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - 3_000_000;
            // One after the other, so that each answer is for exactly one fix; until the hub is away.
            for (var i = 0; ; i++)
            {
                var fix = TestDriver.FixAt(start + i * 100, i * 0.001);
                if (await StatusAsync(driver, fix) != HttpStatusCode.OK) break;
                settled.Add((driver.Id.Value, fix.Time));
                if (settled.Count == 800) killed.TrySetResult();
            }
        }, TestContext.Current.CancellationToken)));
        await killed.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        await Redis.KillAsync();
        await reporting.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await Redis.StartAgainAsync();

        await using var redis = await Redis.ConnectAsync();
        var history = (await HubHistory.ReadAsync(redis.GetDatabase(), Partitions)).Fixes.Select(fix => (fix.Driver, fix.FixTimeMs)).ToHashSet();
        Assert.True(settled.Count >= 800);
        Assert.DoesNotContain(settled, one => !history.Contains(one));

        async Task<HttpStatusCode> StatusAsync(TestDriver driver, WireFix fix)
        {
            using var request = driver.Request([fix]);
            using var response = await node.Http.SendAsync(request, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
    }

    private Task<TrackingNode> NodeAsync() => TrackingNode.StartAsync(
        Redis.EndPoint, ("Hub:Partitions", Partitions), ("Hub:TimeoutMs", 1_000), ("Presence:MinSilenceMs", 1_000), ("Presence:StaleIntervals", 1));

    // What new clients are told while the hub is away.
    private static async Task IsAwayAsync(TrackingNode node, string trip)
    {
        var (path, token) = ($"/v1/trips/{trip}/live", TestTokens.Rider(trip));
        var poll = await PollRider.GetAsync(node, path, token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, poll.Status);
        Assert.True(poll.Headers.ContainsKey("Retry-After"));
        var nodes = await PollRider.GetAsync(node, "/v1/nodes", TestTokens.Dispatcher());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, nodes.Status);
        Assert.True(nodes.Headers.ContainsKey("Retry-After"));
        var stream = await PollRider.GetAsync(node, path, token, accept: "text/event-stream");
        Assert.Equal(HttpStatusCode.OK, stream.Status);
        Assert.Matches("^retry: [0-9]+\n+$", stream.Body);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PollRider.GetAsync(node, "/health/ready", null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PollRider.GetAsync(node, "/health/live", null)).Status);
    }

    /// <summary>Drivers of the product's own client, spread over two nodes, that report a fix every 200 ms.</summary>
    private sealed class ReportingFleet : IAsyncDisposable
    {
        private readonly List<DriverConnection> _connections = [];
        private readonly CancellationTokenSource _stop = new();
        private Task _reporting = Task.CompletedTask;

        public ReportingFleet(int cars, params Uri[] nodes)
        {
            Drivers = [.. Enumerable.Range(0, cars).Select(i => DriverId.Parse($"fleet{i}"))];
            foreach (var driver in Drivers)
            {
                Reported[driver] = [];
                _connections.Add(new DriverConnection(new DriverConnectionOptions
                {
                    Server = nodes[_connections.Count % nodes.Length],
                    Driver = driver,
                    Token = _ => ValueTask.FromResult(TestTokens.Driver(driver.Value)),
                    Door = _connections.Count % 3 == 2 ? DriverDoor.SignalR : DriverDoor.WebSocket,
                    FirstBackoff = TimeSpan.FromMilliseconds(200),
                    LongestBackoff = TimeSpan.FromSeconds(1),
                }));
            }
        }

        public IReadOnlyList<DriverId> Drivers { get; }

        public Dictionary<DriverId, List<long>> Reported { get; } = [];

        public IEnumerable<DriverCounters> Counters => _connections.Select(connection => connection.Counters);

        public void Start()
        {
            foreach (var connection in _connections) connection.Start();
            _reporting = ReportAsync();
        }

        /// <summary>Reports no more, and waits until all is settled.</summary>
        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _reporting;
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
            await Task.WhenAll(_connections.Select(connection => connection.FlushAsync(patience.Token)));
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _reporting;
            foreach (var connection in _connections) await connection.DisposeAsync();
            _stop.Dispose();
        }

        private void Report(long now, int step)
        {
            for (var i = 0; i < _connections.Count; i++)
            {
                _connections[i].Report(new DriverFix(now, Math.Round(37.77 + step * 0.00002, 7), -122.42));
                Reported[Drivers[i]].Add(now);
            }
        }

        // A timer that is late ticks twice at once: as fixes that would be a jump.
        private async Task ReportAsync()
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
            var step = 0;
            var last = 0L;
            while (!_stop.IsCancellationRequested)
            {
                var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
                if (now - last >= 100)
                {
                    last = now;
                    Report(now, ++step);
                }

                try
                {
                    await pace.WaitForNextTickAsync(_stop.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }
}
