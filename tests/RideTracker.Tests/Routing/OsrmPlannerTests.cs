using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using RideTracker.Protocol.Streets;
using RideTracker.Records.Routing;

namespace RideTracker.Tests.Routing;

/// <summary>The OSRM client over real HTTP: what it asks, what it makes of every kind of answer, and what a dead server costs.</summary>
public sealed class OsrmPlannerTests : IAsyncLifetime
{
    private static readonly GeoPoint CityHall = new(37.77493, -122.41942);
    private static readonly GeoPoint Ferry = new(37.7955, -122.3937);

    private OsrmServer _osrm = null!;

    public async ValueTask InitializeAsync() => _osrm = await OsrmServer.StartAsync();

    public ValueTask DisposeAsync() => _osrm.DisposeAsync();

    [Fact]
    public async Task Way_ThatTheServerPlans_HasItsLineLengthAndTime()
    {
        await using var routing = With();
        var way = await PlanAsync(routing);
        Assert.False(way.IsEstimate);
        Assert.Equal((9, 3391.7, 508.6), (way.Line.Count, way.Meters, way.Seconds));
        Assert.Equal((-122.419398, 37.774929), way.Line[0]);
        Assert.Equal((1, 1), (routing["osrm"], routing["ok"]));
        Assert.Equal("/route/v1/driving/-122.419420,37.774930;-122.393700,37.795500?overview=full&geometries=geojson&steps=false&alternatives=false&generate_hints=false", Assert.Single(_osrm.Requests));
    }

    [Fact]
    public async Task Address_WithAPath_KeepsIt()
    {
        await using var routing = With(("Routing:Osrm", _osrm.Address + "/eu/osrm"));
        await PlanAsync(routing);
        Assert.StartsWith("/eu/osrm/route/v1/driving/", Assert.Single(_osrm.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LongWay_IsAskedSimplified()
    {
        await using var routing = With();
        await routing.Planner.PlanAsync(CityHall, new GeoPoint(37.3382, -121.8863), TestContext.Current.CancellationToken);
        Assert.Contains("?overview=simplified&", Assert.Single(_osrm.Requests), StringComparison.Ordinal);
    }

    public static TheoryData<string, int, string> BadAnswers => new()
    {
        { OsrmAnswers.NoRoute, 400, "no-route" },
        { OsrmAnswers.NoSegment, 400, "no-route" },
        { OsrmAnswers.InvalidQuery, 400, "refused" },
        { OsrmAnswers.TooBig, 400, "refused" },
        { "<html>Bad Gateway</html>", 502, "refused" },
        { OsrmAnswers.Route, 503, "refused" },
        { "", 404, "refused" },
        { "", 302, "refused" },
        { "", 200, "nonsense" },
        { "<html>Welcome</html>", 200, "nonsense" },
        { OsrmAnswers.Route[..200], 200, "nonsense" },
        { "[]", 200, "nonsense" },
        { "{\"code\":7}", 200, "nonsense" },
        { "{\"code\":\"Ok\"}", 200, "nonsense" },
        { "{\"code\":\"Ok\",\"routes\":[]}", 200, "nonsense" },
        { OsrmAnswers.Route.Replace("508.6", "-1", StringComparison.Ordinal), 200, "nonsense" },
        { OsrmAnswers.Route.Replace("3391.7", "\"far\"", StringComparison.Ordinal), 200, "nonsense" },
        { OsrmAnswers.Route.Replace("508.6", "1e99", StringComparison.Ordinal), 200, "nonsense" },
        { OsrmAnswers.Route.Replace("37.782062", "137.782062", StringComparison.Ordinal), 200, "nonsense" },
        { OsrmAnswers.Route.Replace("[-122.407153,37.782062]", "[-122.407153]", StringComparison.Ordinal), 200, "nonsense" },
        { OsrmAnswers.Route.Replace("\"coordinates\":[[", "\"coordinates\":\"xyz\",\"x\":[[", StringComparison.Ordinal), 200, "nonsense" },
        // Another region's server takes its own nearest street.
        { OsrmAnswers.Route.Replace("[-122.393701,37.795502]]", "[-122.393701,37.835502]]", StringComparison.Ordinal), 200, "no-route" },
    };

    [Theory]
    [MemberData(nameof(BadAnswers), DisableDiscoveryEnumeration = true)]
    public async Task Answer_ThatIsNoWay_IsReplacedByAnEstimate(string body, int status, string outcome)
    {
        await using var routing = With();
        _osrm.Answer = OsrmServer.Json(body, status);
        AssertEstimate(await PlanAsync(routing));
        Assert.Equal((1, 1), (routing[outcome], routing["estimate"]));
    }

    [Fact]
    public async Task Answer_LargerThanAnyWay_IsCutOff()
    {
        await using var routing = With();
        _osrm.Answer = OsrmServer.Json(OsrmAnswers.Route + new string(' ', 5_000_000));
        AssertEstimate(await PlanAsync(routing));
        Assert.Equal(1, routing["too-large"]);
    }

    [Fact]
    public async Task Answer_OfMorePointsThanAWayNeeds_IsNotTaken()
    {
        await using var routing = With();
        var more = string.Concat(Enumerable.Repeat("[-122.407153,37.782062],", 10_000));
        _osrm.Answer = OsrmServer.Json(OsrmAnswers.Route.Replace("[-122.407153,37.782062],", more, StringComparison.Ordinal));
        AssertEstimate(await PlanAsync(routing));
        Assert.Equal(1, routing["too-large"]);
    }

    [Fact]
    public async Task Answer_ThatBreaksOff_IsReplacedByAnEstimate()
    {
        await using var routing = With();
        _osrm.Answer = async context =>
        {
            context.Response.ContentLength = 1_000;
            await context.Response.WriteAsync(OsrmAnswers.Route[..200]);
            await context.Response.Body.FlushAsync();
            context.Abort();
        };
        AssertEstimate(await PlanAsync(routing));
        Assert.Equal(1, routing["unreachable"]);
    }

    [Fact]
    public async Task Answer_WithoutAWay_LeavesThePlanToOurOwnStreets()
    {
        var streets = StreetGraph.Build([new() { Highway = "residential", Points = [CityHall, new(37.78, -122.4), Ferry] }]);
        await using var routing = new Planners(streets, ("Routing:Osrm", _osrm.Address));
        _osrm.Answer = OsrmServer.Json(OsrmAnswers.NoRoute, 400);
        Assert.False((await PlanAsync(routing)).IsEstimate);
        Assert.Equal((1, 1), (routing["no-route"], routing["streets"]));
    }

    [Fact]
    public async Task Server_ThatHangs_IsWaitedForNoLongerThanSet()
    {
        await using var routing = With(("Routing:TimeoutMs", "300"));
        var asked = Hang(out _);
        var plan = PlanAsync(routing);
        await asked.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        routing.Time.Advance(TimeSpan.FromMilliseconds(299));
        Assert.False(plan.IsCompleted);
        routing.Time.Advance(TimeSpan.FromMilliseconds(1));
        AssertEstimate(await plan.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Equal(1, routing["timeout"]);
    }

    [Fact]
    public async Task Server_ThatHangsInTheMiddleOfItsAnswer_IsWaitedForNoLongerThanSet()
    {
        await using var routing = With();
        var asked = Hang(out _, OsrmAnswers.Route[..100]);
        var plan = PlanAsync(routing);
        await asked.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        routing.Time.Advance(TimeSpan.FromMilliseconds(800));
        AssertEstimate(await plan.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Equal(1, routing["timeout"]);
    }

    [Fact]
    public async Task Caller_WhoGivesUp_IsToldSo_AndTheServerIsNotBlamed()
    {
        await using var routing = With(("Routing:FailuresBeforePause", "1"));
        var asked = Hang(out _);
        using var giveUp = new CancellationTokenSource();
        var plan = routing.Planner.PlanAsync(CityHall, Ferry, giveUp.Token).AsTask();
        await asked.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => plan);
        _osrm.Answer = OsrmServer.Json(OsrmAnswers.Route);
        Assert.False((await PlanAsync(routing)).IsEstimate);
    }

    [Fact]
    public async Task Server_ThatIsNotThere_CostsNothingAfterThreeCalls()
    {
        // Bound and not listened at: nobody answers, and nobody else gets the port meanwhile.
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)silent.LocalEndPoint!).Port;
        await using var routing = With(("Routing:Osrm", $"http://127.0.0.1:{port}"));
        for (var i = 0; i < 10; i++) AssertEstimate(await PlanAsync(routing));
        Assert.Equal((3, 7), (routing["unreachable"], routing["paused"]));
    }

    [Fact]
    public async Task Server_ThatFailed_IsLeftAlone_ThenTriedOnce_AndUsedAgainWhenItAnswers()
    {
        await using var routing = With(("Routing:PauseSeconds", "20"));
        _osrm.Answer = OsrmServer.Json("", 500);
        for (var i = 0; i < 5; i++) await PlanAsync(routing);
        Assert.Equal(3, _osrm.Requests.Count);

        routing.Time.Advance(TimeSpan.FromSeconds(19));
        await PlanAsync(routing);
        Assert.Equal(3, _osrm.Requests.Count);

        // One call tries it, those beside it do not wait.
        routing.Time.Advance(TimeSpan.FromSeconds(1));
        var asked = Hang(out var release);
        var trial = PlanAsync(routing);
        await asked.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        AssertEstimate(await PlanAsync(routing));
        release.SetResult();
        AssertEstimate(await trial);
        Assert.Equal(4, _osrm.Requests.Count);
        AssertEstimate(await PlanAsync(routing));
        Assert.Equal(4, _osrm.Requests.Count);

        routing.Time.Advance(TimeSpan.FromSeconds(20));
        _osrm.Answer = OsrmServer.Json(OsrmAnswers.Route);
        for (var i = 0; i < 4; i++) Assert.False((await PlanAsync(routing)).IsEstimate);
        Assert.Equal(8, _osrm.Requests.Count);
    }

    [Fact]
    public async Task Server_ThatKnowsNoWay_IsNoFailure()
    {
        await using var routing = With();
        _osrm.Answer = OsrmServer.Json(OsrmAnswers.NoRoute, 400);
        for (var i = 0; i < 6; i++) await PlanAsync(routing);
        Assert.Equal(6, _osrm.Requests.Count);
    }

    private Planners With(params (string, string)[] settings) => new(null, [("Routing:Osrm", _osrm.Address), .. settings]);

    private static Task<PlannedWay> PlanAsync(Planners routing) => routing.Planner.PlanAsync(CityHall, Ferry, TestContext.Current.CancellationToken).AsTask();

    // The straight line is 3.2 km.
    private static void AssertEstimate(PlannedWay way)
    {
        Assert.True(way.IsEstimate);
        Assert.Empty(way.Line);
        Assert.InRange(way.Meters, 4_100, 4_300);
        Assert.InRange(way.Seconds, 600, 800);
    }

    // The server takes the next request and does not end its answer; the task ends when it has it. Once released it answers nonsense.
    private Task Hang(out TaskCompletionSource release, string begun = "")
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _osrm.Answer = async context =>
        {
            if (begun.Length > 0)
            {
                await context.Response.WriteAsync(begun);
                await context.Response.Body.FlushAsync();
            }

            asked.TrySetResult();
            await go.Task.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };
        return asked.Task;
    }
}
