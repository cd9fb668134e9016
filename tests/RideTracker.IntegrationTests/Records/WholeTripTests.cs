using System.Net;
using System.Text.Json;
using RideTracker.Client;
using RideTracker.Client.Records;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;

namespace RideTracker.IntegrationTests.Records;

/// <summary>One trip from request to completion through the HTTP API: a phone at one node, riders at both in every strategy, Records over PostGIS, and what is kept of it.</summary>
public class WholeTripTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>
{
    private const double DegreesPerMeter = 1 / 111_195.0;

    private static readonly Stop Pickup = new(37.7800, -122.4200, "The old library");
    private static readonly Stop Dropoff = new(37.7820, -122.4200, "The harbour");

    [Fact]
    public async Task Trip_FromRequestToCompletion_IsSeenByRidersOnBothNodesAndKept()
    {
        await redis.BeginAsync();
        // A short wait at the pick-up is enough: the phone's time is real time here.
        await using var a = await TrackingNode.StartAsync(redis.EndPoint, ("Hub:ArrivalSeconds", 1));
        await using var b = await TrackingNode.StartAsync(redis.EndPoint, ("Hub:ArrivalSeconds", 1));
        await using var host = await RecordsNode.StartAsync(redis.EndPoint, await postgres.CreateDatabaseAsync());
        using var staff = host.As(TestTokens.Make("desk", "service"));
        var cancellation = TestContext.Current.CancellationToken;
        var records = new RecordsClient(host.Http, _ => new(TestTokens.Make("desk", "service")));
        var driver = DriverId.Parse($"d-{Guid.NewGuid():N}"[..12]);

        // The office.
        await records.PutDriverAsync(driver, new DriverCard("Ann Miller", "Blue car", "7ABC123"), cancellation);
        var trip = TripId.Parse((await records.CreateTripAsync("r-1", Pickup, Dropoff, "request-1", cancellation)).Id);
        var phoneToken = (await records.IssueTokenAsync("driver", driver.Value, trip: null, TimeSpan.FromHours(1), cancellation)).Token;
        var riderToken = (await records.IssueTokenAsync("rider", "r-1", trip, TimeSpan.FromHours(1), cancellation)).Token;

        // The phone, some 200 m south of the pick-up.
        using var phone = new Phone(driver, a, phoneToken);
        await phone.DriveAsync(from: Pickup.Latitude - 200 * DegreesPerMeter, to: Pickup.Latitude - 150 * DegreesPerMeter);

        var before = phone.Sent;
        await records.AssignAsync(trip, driver, "assign-1", cancellation);
        var path = $"/v1/trips/{trip.Value}/live";
        var riders = new List<Rider>();
        foreach (var node in (ITestServer[])[a, b])
        {
            foreach (var strategy in (RiderStrategy[])[RiderStrategy.Sse, RiderStrategy.WebSocket, RiderStrategy.LongPoll]) riders.Add(await Rider.OpenAsync(strategy, node, path, riderToken));
        }

        await AllAsync(riders, view => view.Status == "enroute-to-pickup");
        await phone.DriveAsync(from: Pickup.Latitude - 145 * DegreesPerMeter, to: Pickup.Latitude);
        await phone.StandAsync(Pickup.Latitude, fixes: 20);
        await AllAsync(riders, view => view is { Status: "arrived-at-pickup", Lat: not null });

        await records.StartAsync(trip, "start-1", cancellation);
        await AllAsync(riders, view => view.Status == "enroute-to-dropoff");
        await phone.DriveAsync(from: Pickup.Latitude, to: Dropoff.Latitude);
        var last = phone.LastTimeMs;
        await AllAsync(riders, view => view.Time == last);

        await records.CompleteAsync(trip, "complete-1", cancellation);
        await AllAsync(riders.Where(rider => rider is not PollRider), view => view.Status == "complete");
        foreach (var rider in riders)
        {
            var rest = await rider.ToEndAsync();
            // A poll that was held gets the final state, and one that comes after it 410.
            if (rider is PollRider) Assert.Equal("gone", rider.EndReason);
            else
            {
                Assert.Empty(rest);
                Assert.Equal("trip-complete", rider.EndReason);
            }
        }

        // Late riders, on either node.
        foreach (var node in (TrackingNode[])[a, b])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new("Bearer", riderToken) } };
            using var late = await node.Http.SendAsync(request, cancellation);
            Assert.Equal(HttpStatusCode.Gone, late.StatusCode);
        }

        // What is kept.
        var kinds = await EventsAsync(staff, trip, until: "complete");
        Assert.Equal(
            ["trip-status new", "trip-status enroute-to-pickup", "trip-status arrived-at-pickup", "arrival pickup", "trip-status enroute-to-dropoff", "trip-status complete"],
            kinds.Where(kind => !kind.StartsWith("arrival dropoff", StringComparison.Ordinal)));
        var trail = await TrailAsync(staff, trip, least: phone.Sent - before);
        Assert.Contains(last, trail);
        Assert.Equal(trail.Distinct().Count(), trail.Count);

        foreach (var rider in riders) await rider.DisposeAsync();
        Assert.Empty(a.Errors.All);
        Assert.Empty(b.Errors.All);
        Assert.Empty(host.Errors.All);
    }

    private static Task AllAsync(IEnumerable<Rider> riders, Func<TripView, bool> wanted) => Task.WhenAll(riders.Select(rider => rider.UntilAsync(wanted)));

    // The log is written by the time that the riders have the end; the list may be asked for a moment before its transaction is seen.
    private static async Task<List<string>> EventsAsync(HttpClient staff, TripId trip, string until)
    {
        List<string> kinds = [];
        await Eventually.IsSoAsync(async () =>
        {
            using var page = JsonDocument.Parse(await staff.GetStringAsync($"/v1/events?trip={trip.Value}&after=0", TestContext.Current.CancellationToken));
            kinds = [.. page.RootElement.GetProperty("items").EnumerateArray().Select(one => $"{one.GetProperty("kind").GetString()} {Word(one.GetProperty("data"))}")];
            return kinds.Any(kind => kind.EndsWith(until, StringComparison.Ordinal));
        });
        return kinds;

        static string? Word(JsonElement data) => data.TryGetProperty("status", out var status) ? status.GetString() : data.GetProperty("stop").GetString();
    }

    // The queue of fixes is read a moment after they are settled: asks until all are there.
    private static async Task<List<long>> TrailAsync(HttpClient staff, TripId trip, int least)
    {
        List<long> times = [];
        await Eventually.IsSoAsync(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/trips/{trip.Value}/trail") { Headers = { { "Accept", "application/geo+json" } } };
            using var response = await staff.SendAsync(request, TestContext.Current.CancellationToken);
            var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(response.StatusCode == HttpStatusCode.OK, body);
            using var json = JsonDocument.Parse(body);
            times = [.. Times(json.RootElement)];
            return times.Count >= least;
        });
        return times;

        static IEnumerable<long> Times(JsonElement collection) => collection.GetProperty("features").EnumerateArray()
            .SelectMany(feature => feature.GetProperty("properties").GetProperty("coordTimes").EnumerateArray())
            .Select(time => time.GetInt64());
    }

    /// <summary>A phone that drives along a meridian at 50 m/s and reports ten times a second.</summary>
    private sealed class Phone(DriverId driver, TrackingNode node, string token) : IDisposable
    {
        private const double MetersPerSecond = 50;

        private readonly TestDriver _driver = new(driver.Value, token);
        private readonly PeriodicTimer _pace = new(TimeSpan.FromMilliseconds(100));
        private long _timeMs;

        public long LastTimeMs { get; private set; }

        public int Sent { get; private set; }

        // As far as its own time says, so that a late tick is no jump.
        public async Task DriveAsync(double from, double to)
        {
            var began = await TickAsync();
            for (var at = from; at < to; at = Math.Min(to, from + (await TickAsync() - began) / 1_000d * MetersPerSecond * DegreesPerMeter)) await FixAsync(at);
            await FixAsync(to);
        }

        public async Task StandAsync(double at, int fixes)
        {
            for (var fix = 0; fix < fixes; fix++)
            {
                await TickAsync();
                await FixAsync(at + Math.Sin(fix) * DegreesPerMeter / 10, speed: 0);
            }
        }

        public void Dispose() => _pace.Dispose();

        private async Task<long> TickAsync()
        {
            await _pace.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            // No two fixes of one time: that is how they are told apart.
            return _timeMs = Math.Max(_timeMs + 1, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        }

        private async Task FixAsync(double latitude, double speed = MetersPerSecond)
        {
            if (LastTimeMs == _timeMs) await TickAsync();
            LastTimeMs = _timeMs;
            Sent++;
            await _driver.ReportAsync(node, new WireFix(LastTimeMs, latitude, Pickup.Longitude, 5, speed, 0));
        }
    }
}
