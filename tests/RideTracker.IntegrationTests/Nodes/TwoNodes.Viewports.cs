using System.Net;
using System.Text.Json;
using RideTracker.Client;
using RideTracker.Protocol.Trips;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>Viewports and the nearest vehicles, for dispatchers and for riders.</summary>
public abstract partial class TwoNodes
{
    private const string Town = "bbox=-122.6,37.6,-122.2,37.9";
    private const string Near = "near=37.77,-122.42&radius=5000&limit=20";

    [Theory]
    [InlineData(Town)]
    [InlineData(Near)]
    [InlineData("trip")]
    public async Task ResourceAtRest_HasOneETagOnBothNodesAndEitherAnswers304(string resource)
    {
        var (a, b) = await NodesAsync();
        await DriverOnTripAsync(a);
        for (var i = 0; i < 12; i++)
        {
            var driver = NewDriver($"idle{i}-");
            await driver.ReportAsync(i % 2 == 0 ? a : b, TestDriver.FixAt(NowMs() + i, i));
        }

        var path = resource == "trip" ? $"/v1/trips/{Trip}/live" : $"/v1/vehicles/live?{resource}";
        foreach (var (token, cars) in ((string, int)[])[(TestTokens.Dispatcher(), 13), (TestTokens.Rider(Trip), 12)])
        {
            var (onA, onB) = (await PollRider.GetAsync(a, path, token), await PollRider.GetAsync(b, path, token));

            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (onA.Status, onB.Status));
            Assert.Equal(onA.ETag, onB.ETag);
            Assert.Equal(onA.Body, onB.Body);
            Assert.Equal(HttpStatusCode.NotModified, (await PollRider.GetAsync(b, path, token, onA.ETag)).Status);
            Assert.Equal(HttpStatusCode.NotModified, (await PollRider.GetAsync(a, path, token, onB.ETag)).Status);
            // A stream that resumes with it has nothing to say but that it is there.
            foreach (var strategy in (RiderStrategy[])[RiderStrategy.Sse, RiderStrategy.WebSocket])
            {
                await using var rider = await Rider.OpenAsync(strategy, b, path, token);
                using var first = JsonDocument.Parse((await rider.NextJsonAsync())!);
                Assert.Equal(onA.ETag, $"\"{first.RootElement.GetProperty("cursor").GetString()}\"");
            }

            if (resource == "trip") continue;
            using var seen = JsonDocument.Parse(onA.Body);
            Assert.Equal(cars, seen.RootElement.GetProperty("vehicles").GetArrayLength());
            Assert.True(seen.RootElement.GetProperty("whole").GetBoolean());
        }
    }

    [Theory, MemberData(nameof(AllStrategies))]
    public async Task DispatchersViewport_FollowsTheVehiclesOfTheOtherNode(RiderStrategy strategy)
    {
        var (a, b) = await NodesAsync();
        var driver = NewDriver();
        var start = NowMs();
        await driver.ReportAsync(a, TestDriver.FixAt(start));
        var viewer = await ViewerAsync(strategy, b, $"{Town}&interval=250", TestTokens.Dispatcher());
        var picture = new Picture();
        await picture.UntilAsync(viewer, () => picture.Has(driver.Id.Value));
        Assert.Equal((37.77, start, "idle"), picture.Of(driver.Id.Value));

        await driver.ReportAsync(a, TestDriver.FixAt(start + 1_000, 1));
        await picture.UntilAsync(viewer, () => picture.Of(driver.Id.Value).Time == start + 1_000);
        await a.ProjectAsync(TripOf(driver.Id));
        await picture.UntilAsync(viewer, () => picture.Of(driver.Id.Value).Status == "busy");
        await a.ProjectAsync(TripOf(driver.Id, TripStatus.Complete, version: 2));
        await picture.UntilAsync(viewer, () => picture.Of(driver.Id.Value).Status == "idle");

        var second = NewDriver("other");
        await second.ReportAsync(b, TestDriver.FixAt(start, 3));
        await picture.UntilAsync(viewer, () => picture.Has(second.Id.Value));
        // Out of the box.
        await second.ReportAsync(a, new WireFix(start + 1_800_000, 38.2, -122.42));
        await picture.UntilAsync(viewer, () => !picture.Has(second.Id.Value));
        Assert.True(picture.Has(driver.Id.Value));
    }

    [Theory, MemberData(nameof(AllStrategies))]
    public async Task NearestVehicles_AreWholeAndNearestFirst(RiderStrategy strategy)
    {
        var (a, b) = await NodesAsync(("Delivery:WideTickMs", 500));
        var (close, far) = (NewDriver("close"), NewDriver("far"));
        var start = NowMs();
        await far.ReportAsync(a, TestDriver.FixAt(start, 100));
        await close.ReportAsync(b, TestDriver.FixAt(start, 10));
        var viewer = await ViewerAsync(strategy, b, $"{Near}&interval=500", TestTokens.Dispatcher());
        Assert.Equal([close.Id.Value, far.Id.Value], await IdsAsync());

        await close.ReportAsync(a, TestDriver.FixAt(start + 600_000, 200));

        Assert.Equal([far.Id.Value, close.Id.Value], await IdsAsync());

        async Task<IEnumerable<string>> IdsAsync()
        {
            var state = JsonDocument.Parse((await viewer.NextJsonAsync())!).RootElement;
            Assert.True(state.GetProperty("whole").GetBoolean());
            return state.GetProperty("vehicles").EnumerateArray().Select(vehicle => vehicle.GetProperty("id").GetString()!);
        }
    }

    [Fact]
    public async Task Rider_SeesIdleCarsWithoutTheirNames()
    {
        var (a, b) = await NodesAsync(("FanOut:HideAfterDropoffSeconds", 1));
        var (busy, _) = await DriverOnTripAsync(a);
        var idle = NewDriver("idle");
        var time = NowMs();
        await idle.ReportAsync(a, new WireFix(time, 37.7712345, -122.4256789));

        foreach (var query in (string[])[Town, Near])
        {
            var answer = await PollRider.GetAsync(b, $"/v1/vehicles/live?{query}", TestTokens.AnyRider());

            using var seen = JsonDocument.Parse(answer.Body);
            var car = Assert.Single(seen.RootElement.GetProperty("vehicles").EnumerateArray());
            Assert.DoesNotContain(idle.Id.Value, answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("plate", answer.Body, StringComparison.Ordinal);
            Assert.Equal((37.7712, -122.4257, time / 1000 * 1000, "idle"), (
                car.GetProperty("lat").GetDouble(), car.GetProperty("lng").GetDouble(), car.GetProperty("time").GetInt64(), car.GetProperty("status").GetString()));
        }

        // After its drop-off the other shows up too, later.
        await a.ProjectAsync(TripOf(busy.Id, TripStatus.Complete, version: 2));
        await UntilAsync(async () => JsonDocument.Parse((await PollRider.GetAsync(b, $"/v1/vehicles/live?{Town}", TestTokens.AnyRider())).Body).RootElement.GetProperty("vehicles").GetArrayLength() == 2);
    }

    [Fact]
    public async Task CarJustAfterItsDropOff_IsHiddenFromRiders()
    {
        var (a, b) = await NodesAsync();
        var (driver, start) = await DriverOnTripAsync(a);
        await a.ProjectAsync(TripOf(driver.Id, TripStatus.Complete, version: 2));
        await driver.ReportAsync(a, TestDriver.FixAt(start + 1_000, 1));

        foreach (var query in (string[])[Town, Near])
        {
            var (rider, desk) = (await PollRider.GetAsync(b, $"/v1/vehicles/live?{query}", TestTokens.AnyRider()), await PollRider.GetAsync(b, $"/v1/vehicles/live?{query}", TestTokens.Dispatcher()));
            Assert.Equal(0, JsonDocument.Parse(rider.Body).RootElement.GetProperty("vehicles").GetArrayLength());
            Assert.Equal(1, JsonDocument.Parse(desk.Body).RootElement.GetProperty("vehicles").GetArrayLength());
        }
    }

    [Fact]
    public async Task WideViewport_IsRefusedToRidersAndServedToDispatchers()
    {
        var (a, _) = await NodesAsync();
        await NewDriver().ReportAsync(a, TestDriver.FixAt(NowMs()));
        const string wide = "/v1/vehicles/live?bbox=100,-60,-100,60";

        var refused = await PollRider.GetAsync(a, wide, TestTokens.AnyRider());
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("viewport-too-large", refused.Body, StringComparison.Ordinal);
        var served = await PollRider.GetAsync(a, wide.Replace("-100", "-90", StringComparison.Ordinal), TestTokens.Dispatcher());
        Assert.Equal(HttpStatusCode.OK, served.Status);
    }

    [Theory, MemberData(nameof(AllStrategies))]
    public async Task CursorOfAnotherViewport_GivesAWholeStateWithReset(RiderStrategy strategy)
    {
        var (a, b) = await NodesAsync();
        await NewDriver().ReportAsync(a, TestDriver.FixAt(NowMs()));
        var other = JsonDocument.Parse((await PollRider.GetAsync(a, "/v1/vehicles/live?bbox=0,0,0.1,0.1", TestTokens.Dispatcher())).Body).RootElement.GetProperty("cursor").GetString();

        foreach (var cursor in (string?[])[other, "nonsense"])
        {
            var viewer = await ViewerAsync(strategy, b, Town, TestTokens.Dispatcher(), cursor);
            using var state = JsonDocument.Parse((await viewer.NextJsonAsync())!);
            Assert.True(state.RootElement.GetProperty("reset").GetBoolean());
            Assert.True(state.RootElement.GetProperty("whole").GetBoolean());
            Assert.Equal(1, state.RootElement.GetProperty("vehicles").GetArrayLength());
        }
    }

    [Theory, MemberData(nameof(AllStrategies))]
    public async Task DriverWhoseNodeDies_TurnsStaleThenGoneOnTheOtherNode(RiderStrategy strategy)
    {
        // Gone so late that also a slow reader sees it stale before.
        (string, object)[] impatient =
            [("Presence:MinSilenceMs", 1_000), ("Presence:StaleIntervals", 1), ("Presence:GoneAfterSeconds", 10), ("Presence:SweepMs", 100)];
        var (a, b) = await NodesAsync(impatient);
        var driver = NewDriver();
        await b.ProjectAsync(TripOf(driver.Id));
        await using var phone = await DriverSocket.ConnectAsync(a, driver.Token);
        using var seen = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var reporting = ReportAsync();
        var rider = await RiderAsync(strategy, b);
        var viewer = await ViewerAsync(strategy, b, $"{Town}&interval=250", TestTokens.Dispatcher());
        var picture = new Picture();
        await rider.UntilAsync(view => view is { Time: not null, Stale: false });
        await picture.UntilAsync(viewer, () => picture.Has(driver.Id.Value) && !picture.IsStale(driver.Id.Value));
        await seen.CancelAsync();
        await reporting;

        await a.KillAsync();

        Assert.NotNull((await rider.UntilAsync(view => view.Stale)).Time);
        await picture.UntilAsync(viewer, () => !picture.Has(driver.Id.Value) || picture.IsStale(driver.Id.Value));
        await picture.UntilAsync(viewer, () => !picture.Has(driver.Id.Value));

        // And back, on the node that is left.
        await driver.ReportAsync(b, TestDriver.FixAt(NowMs() + 10_000, 1));
        await picture.UntilAsync(viewer, () => picture.Has(driver.Id.Value) && !picture.IsStale(driver.Id.Value));
        Assert.False((await rider.UntilAsync(view => !view.Stale)).Stale);

        // Until both have seen it, since silence begins with the last report.
        async Task ReportAsync()
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
            var last = 0L;
            for (var reports = 1; !seen.IsCancellationRequested; reports++)
            {
                last = Math.Max(last + 1, NowMs());
                await phone.SendAsync(TestDriver.FixAt(last));
                await phone.UntilSettledAsync(reports);
                await pace.WaitForNextTickAsync(seen.Token).AsTask().ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
    }

    /// <summary>A viewport as a client puts it together from whole and partial states.</summary>
    private sealed class Picture
    {
        private readonly Dictionary<string, JsonElement> _vehicles = new(StringComparer.Ordinal);

        public bool Has(string id) => _vehicles.ContainsKey(id);

        public bool IsStale(string id) => _vehicles[id].TryGetProperty("stale", out var stale) && stale.GetBoolean();

        public (double Lat, long Time, string Status) Of(string id) =>
            (_vehicles[id].GetProperty("lat").GetDouble(), _vehicles[id].GetProperty("time").GetInt64(), _vehicles[id].GetProperty("status").GetString()!);

        public async Task UntilAsync(Rider viewer, Func<bool> holds)
        {
            while (!holds())
            {
                var json = await viewer.NextJsonAsync();
                Assert.True(json is not null, "the stream ended");
                var state = JsonDocument.Parse(json).RootElement;
                if (state.TryGetProperty("whole", out var whole) && whole.GetBoolean()) _vehicles.Clear();
                foreach (var vehicle in state.GetProperty("vehicles").EnumerateArray()) _vehicles[vehicle.GetProperty("id").GetString()!] = vehicle;
                if (!state.TryGetProperty("gone", out var gone)) continue;
                foreach (var id in gone.EnumerateArray()) _vehicles.Remove(id.GetString()!);
            }
        }
    }
}
