using System.Net;
using System.Net.Sockets;
using RideTracker.Client;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;

namespace RideTracker.Conformance;

/// <summary>One driver on one trip, for one case: reports, and opens riders of all kinds.</summary>
internal sealed class Ride(Deployment deployment, TripId trip, TestDriver driver, string token, string dispatcherToken, (double Lat, double Lng) place) : IAsyncDisposable
{
    // Between two fixes: so little that a case never runs ahead of the clock by more than a deployment takes.
    private const long StepMs = 20;

    // The car goes in circles, and where it is depends on the time alone: so no fix is a jump, whoever reported before.
    private const double RadiusDegrees = 0.01;
    private const double PeriodMs = 900_000;

    /// <summary>So many fixes every client sees in `path`, whether it was connected when they came or not (protocol.md section 3: at most 20 of 15 s).</summary>
    public const int FixesOfOnePath = 15;

    private readonly List<IAsyncDisposable> _open = [];
    private long _clockOffsetMs;

    public Deployment Deployment => deployment;

    /// <summary>Where more can be done than anywhere else.</summary>
    public OwnDeployment? Own { get; init; }

    public Func<TripStatus, Task>? End { get; init; }

    public Action? Ended { get; init; }

    public TripId Trip => trip;

    public TestDriver Driver => driver;

    public string Token => token;

    public string DispatcherToken => dispatcherToken;

    public string Path => $"/v1/trips/{trip}/live";

    public ITestServer Node => deployment.Node;

    /// <summary>Where the driver reports: another node than the one that is watched, if there is one.</summary>
    public ITestServer DriversNode => deployment.Other ?? deployment.Node;

    public TimeSpan Patience => deployment.Patience;

    /// <summary>The time of the newest fix that was reported, Unix ms.</summary>
    public long NewestMs { get; private set; }

    /// <summary>A client whose sockets take a few kilobytes.</summary>
    private static HttpClient SmallSockets { get; } = new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096, NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    /// <summary>Where the car is at a time.</summary>
    public WireFix FixAt(long timeMs)
    {
        var turn = timeMs % (long)PeriodMs / PeriodMs * 2 * Math.PI;
        return new(timeMs, Math.Round(place.Lat + RadiusDegrees * Math.Sin(turn), 7), Math.Round(place.Lng + RadiusDegrees * Math.Cos(turn), 7), 5, 8.4, 187);
    }

    /// <summary>The times of the next fixes, from the server's present on.</summary>
    public long[] NextTimes(int count)
    {
        var first = Math.Max(NewestMs + StepMs, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + _clockOffsetMs);
        return [.. Enumerable.Range(0, count).Select(i => first + i * StepMs)];
    }

    /// <summary>Reports so many next fixes in one report, and waits until it is settled.</summary>
    /// <returns>Their times.</returns>
    public Task<long[]> ReportAsync(int fixes = 1, ITestServer? at = null) => ReportAtAsync(NextTimes(fixes), at);

    /// <summary>Reports fixes of these times in one report, and waits until it is settled.</summary>
    public async Task<long[]> ReportAtAsync(long[] timesMs, ITestServer? at = null)
    {
        await driver.ReportAsync(at ?? DriversNode, [.. timesMs.Select(FixAt)]);
        NewestMs = Math.Max(NewestMs, timesMs.Max());
        return timesMs;
    }

    /// <summary>Begins where the driver may have been elsewhere before, by a server whose clock may be another: three fixes in a row confirm a new place.</summary>
    public async Task ArriveAsync()
    {
        for (var tries = 0; ; tries++)
        {
            var time = NextTimes(1)[0];
            using var ack = await driver.TryReportAsync(DriversNode, FixAt(time));
            _clockOffsetMs = ack.RootElement.GetProperty("now").GetInt64() - TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            NewestMs = time;
            // A duplicate is as good: a ride before this one had that time.
            if (ack.RootElement.GetProperty("rejected") is var rejected && rejected.GetArrayLength() == 0) break;
            // Our clock is ahead; from now on the server's counts.
            if (rejected[0].GetProperty("reason").GetString() == "future") NewestMs = 0;
            Assert.True(tries < 5, $"The deployment takes no fix of {driver.Id}: {ack.RootElement}");
        }

        // A ride before this one may have run ahead of the clock by some seconds: what is older than its last fix is late.
        var answer = await GetAsync();
        Assert.True(answer.Status == HttpStatusCode.OK, $"{Path} answers {answer.Status}: {answer.Body}");
        if (TripView.Parse(answer.Body).Time is not { } shown || shown <= NewestMs) return;
        NewestMs = shown;
        await ReportAsync();
    }

    /// <summary>Where rides share a trip, waits until the node shows what was reported; elsewhere it must show it at once.</summary>
    public async Task UntilShownAsync()
    {
        if (!deployment.IsShared) return;
        await using var poll = await Rider.OpenAsync(RiderStrategy.Poll, Node, Path, token);
        await poll.UntilAsync(view => view.Time >= NewestMs);
    }

    /// <summary>A rider on the raw wire.</summary>
    public async Task<Rider> RawAsync(RiderStrategy strategy, ITestServer? at = null, string? cursor = null, string? with = null, bool slow = false)
    {
        var rider = await Rider.OpenAsync(strategy, at ?? Node, Path, with ?? token, cursor, slow ? SmallSockets : null, Patience);
        _open.Add(rider);
        return rider;
    }

    /// <summary>One GET on the raw wire.</summary>
    public Task<PollAnswer> GetAsync(ITestServer? at = null, string? cursor = null, int? waitSeconds = null, string? accept = null, string? with = null) =>
        PollRider.GetAsync(at ?? Node, Path, with ?? token, cursor is null ? null : $"\"{cursor}\"", waitSeconds, accept);

    /// <summary>The client library's rider.</summary>
    public Watcher Watch(RiderStrategy strategy, ITestServer? at = null, ITestServer? then = null, string? cursor = null, Func<RiderTokenRequest, string>? tokens = null)
    {
        var connection = RiderConnection.ToTrip(trip, new RiderConnectionOptions
        {
            Server = (at ?? Node).Url,
            OtherServers = then is null ? [] : [then.Url],
            Token = (request, _) => ValueTask.FromResult(tokens?.Invoke(request) ?? token),
            Strategy = strategy,
            Cursor = cursor,
        });
        var watcher = new Watcher(connection, Patience);
        _open.Add(watcher);
        return watcher;
    }

    /// <summary>Keeps something until the ride is over.</summary>
    public T Keep<T>(T one)
        where T : IAsyncDisposable
    {
        _open.Add(one);
        return one;
    }

    /// <summary>What a WebSocket's handshake is answered by, where it is refused.</summary>
    public async Task<HttpStatusCode> HandshakeStatusAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Path}?access_token={token}");
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        using var response = await Node.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_open)) await one.DisposeAsync();
        Ended?.Invoke();
    }
}
