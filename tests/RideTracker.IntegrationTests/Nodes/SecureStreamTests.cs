using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.IntegrationTests.Engines;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.Delivery;
using RideTracker.Tracking.Hosting;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>
/// Event streams where the connection is not handed over (docs/adr/0010): over TLS, and over HTTP/2. What comes is the same as over plain HTTP/1.1,
/// where it is.
/// </summary>
public sealed class SecureStreamTests(Redis7Engine engine) : IClassFixture<Redis7Engine>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestAuthority _authority = new();
    private readonly List<IAsyncDisposable> _open = [];
    private readonly string _name = Guid.NewGuid().ToString("N")[..8];

    private TestDriver Driver { get; } = new($"d-{Guid.NewGuid():N}"[..10]);

    public async ValueTask InitializeAsync() => await engine.BeginAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_open)) await one.DisposeAsync();
        _authority.Dispose();
    }

    [Fact]
    public async Task Streams_HaveTheSameEventsAndEnd_WithAndWithoutTls()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf(TripStatus.EnrouteToPickup, 1));
        var time = NowMs();
        await Driver.ReportAsync(node, TestDriver.FixAt(time));
        var riders = await RidersAsync(node);
        var seen = riders.ConvertAll(_ => new List<SseEvent>());

        for (var step = 1; step <= 3; step++)
        {
            await EachTakesAsync();
            await Driver.ReportAsync(node, TestDriver.FixAt(time + step * 1_000, step));
        }

        await EachTakesAsync();
        await node.ProjectAsync(TripOf(TripStatus.Complete, 2));
        for (var i = 0; i < riders.Count; i++)
            while (await riders[i].NextEventAsync() is { } one) seen[i].Add(one);

        var plain = seen[0];
        // Four places, the last state and the end.
        Assert.Equal(["position", "position", "position", "position", "position", "end"], plain.Select(one => one.Event));
        Assert.All(plain[..5], one => Assert.False(string.IsNullOrEmpty(one.Id)));
        Assert.Equal("""{"reason":"trip-complete"}""", plain[^1].Data);
        Assert.All(seen, others => Assert.Equal(plain, others));
        await NoStreamIsLeftAsync(node);
        Assert.Empty(node.Errors.All);

        async Task EachTakesAsync()
        {
            for (var i = 0; i < riders.Count; i++) seen[i].Add((await riders[i].NextEventAsync())!);
        }
    }

    [Fact]
    public async Task LastEventId_ResumesOnAnyOtherTransport()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf(TripStatus.EnrouteToPickup, 1));
        var time = NowMs();
        await Driver.ReportAsync(node, TestDriver.FixAt(time));
        string? id = null;
        foreach (var way in Enum.GetValues<Way>())
        {
            var first = await RiderAsync(node, way);
            await first.NextAsync();
            id = first.LastId;
        }

        foreach (var way in Enum.GetValues<Way>())
        {
            // Nothing is new: a sign of life says that it is connected, and the next state comes as it happens.
            var rider = await RiderAsync(node, way, id);
            Assert.Equal("alive", (await rider.NextEventAsync())!.Event);
            time += 1_000;
            await Driver.ReportAsync(node, TestDriver.FixAt(time));
            var next = (await rider.NextEventAsync())!;
            Assert.Equal("position", next.Event);
            Assert.Equal(time, TripView.Parse(next.Data).Time);
            Assert.False(TripView.Parse(next.Data).Reset);
            id = next.Id;
        }

        Assert.Empty(node.Errors.All);
    }

    [Fact]
    public async Task TokenThatRunsOut_EndsEveryStream()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf(TripStatus.EnrouteToPickup, 1));
        await Driver.ReportAsync(node, TestDriver.FixAt(NowMs()));
        var (riders, _) = await ShortLived.OpenAsync(4, lifetime => RidersAsync(node, lifetime));

        foreach (var rider in riders)
        {
            await rider.NextAsync();
            Assert.Empty(await rider.ToEndAsync());
            Assert.Equal("token-expired", rider.EndReason);
        }

        await NoStreamIsLeftAsync(node);
        Assert.Empty(node.Errors.All);
    }

    [Fact]
    public async Task NodeThatGoesAway_TellsEveryStreamWhenToComeBack()
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf(TripStatus.EnrouteToPickup, 1));
        await Driver.ReportAsync(node, TestDriver.FixAt(NowMs()));
        var riders = await RidersAsync(node);
        foreach (var rider in riders) await rider.NextAsync();

        var draining = node.Services.GetRequiredService<NodeDrain>().DrainAsync();

        foreach (var rider in riders)
        {
            Assert.Empty(await rider.ToEndAsync());
            Assert.Null(rider.EndReason);
            // Within Tracking:DrainSeconds, which is less than what it was told at its beginning.
            Assert.InRange(rider.RetryMs!.Value, 100, 1_000);
        }

        await draining.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await NoStreamIsLeftAsync(node);
        Assert.Empty(node.Errors.All);
    }

    [Theory]
    [InlineData(Way.Plain)]
    [InlineData(Way.Tls)]
    [InlineData(Way.Http2)]
    public async Task RiderWhoLeaves_LeavesNoStream(Way way)
    {
        var node = await NodeAsync();
        await node.ProjectAsync(TripOf(TripStatus.EnrouteToPickup, 1));
        await Driver.ReportAsync(node, TestDriver.FixAt(NowMs()));
        var rider = await RiderAsync(node, way);
        await rider.NextAsync();
        Assert.Equal(1, StreamsOf(node));

        await rider.DisposeAsync();

        await NoStreamIsLeftAsync(node);
        Assert.Empty(node.Errors.All);
    }

    private static long NowMs() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private static int StreamsOf(TrackingNode node) => node.Services.GetRequiredService<RiderStreams>().Count;

    private static Task NoStreamIsLeftAsync(TrackingNode node) => Eventually.IsSoAsync(() => Task.FromResult(StreamsOf(node) == 0));

    private Trip TripOf(TripStatus status, int version) =>
        new(TripId.Parse($"t_{_name}"), status, new Stop(37.78, -122.41), new Stop(37.79, -122.4)) { Driver = Driver.Id, Version = version };

    private async Task<TrackingNode> NodeAsync()
    {
        var node = await TrackingNode.StartAsync(engine.EndPoint, _authority.Server, ("Ingest:Checks:MaxAhead", "01:00:00"));
        _open.Add(node);
        return node;
    }

    private async Task<List<SseRider>> RidersAsync(TrackingNode node, TimeSpan? lifetime = null)
    {
        var riders = await Task.WhenAll(Enum.GetValues<Way>().Select(way => RiderAsync(node, way, lifetime: lifetime)));
        return [.. riders];
    }

    private async Task<SseRider> RiderAsync(TrackingNode node, Way way, string? cursor = null, TimeSpan? lifetime = null)
    {
        var client = new WayClient(way, _authority.Root);
        lock (_open) _open.Add(client);
        var trip = $"t_{_name}";
        var server = new Door(way == Way.Plain ? node.Url : node.SecureUrl, client.Http);
        var rider = (SseRider)await SseRider.ConnectAsync(server, $"/v1/trips/{trip}/live", TestTokens.Rider(trip, lifetime), cursor, client.Http, Patience);
        Assert.Equal(way == Way.Http2 ? HttpVersion.Version20 : HttpVersion.Version11, client.Answered);
        lock (_open) _open.Add(rider);
        return rider;
    }

    /// <summary>How a rider is connected.</summary>
    public enum Way
    {
        Plain,
        Tls,
        Http2,
    }

    private sealed record Door(Uri Url, HttpClient Http) : ITestServer;

    /// <summary>A client that speaks in one way and in no other, and trusts the test's authority only.</summary>
    private sealed class WayClient : DelegatingHandler, IAsyncDisposable
    {
        private readonly Version _version;

        public WayClient(Way way, X509Certificate2 root)
            : base(new SocketsHttpHandler
            {
                SslOptions =
                {
                    CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { root }, RevocationMode = X509RevocationMode.NoCheck },
                },
            })
        {
            _version = way == Way.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;
            Http = new HttpClient(this, disposeHandler: false);
        }

        public HttpClient Http { get; }

        /// <summary>What the last answer came by.</summary>
        public Version? Answered { get; private set; }

        public ValueTask DisposeAsync()
        {
            Http.Dispose();
            Dispose();
            return ValueTask.CompletedTask;
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Version = _version;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            var response = await base.SendAsync(request, cancellationToken);
            Answered = response.Version;
            return response;
        }
    }
}
