using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using RideTracker.Client;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.IntegrationTests.Records;
using RideTracker.IntegrationTests.Records.Trails;
using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;

namespace RideTracker.IntegrationTests;

/// <summary>Runs alone: a host's exporter hears the meters of every host in the process.</summary>
[CollectionDefinition(nameof(MetricsTests), DisableParallelization = true)]
public sealed class MetricsCollection;

/// <summary>What /metrics says of the queue of fixes, on a node and on Records.</summary>
[Collection(nameof(MetricsTests))]
public class MetricsTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>
{
    private const double GiB = 1024 * 1024 * 1024;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task QueueOfFixes_OnANode_IsShownWithItsLimit()
    {
        await redis.BeginAsync();
        await using var node = await TrackingNode.StartAsync(redis.EndPoint, ("Hub:HistoryMaxBytes", 123_456));
        var driver = new TestDriver("d1");
        await driver.ReportAsync(node, TestDriver.FixAt(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
        var bytes = (long)await redis.Database.StringGetAsync(HubKeys.HistoryBytes(0));
        Assert.True(bytes > 50);

        await TestQueue.UntilAsync(async () =>
        {
            var text = await node.Http.GetStringAsync("/metrics", Cancel);
            return Value(text, "ridetracker_hub_history_bytes") == bytes && Value(text, "ridetracker_hub_history_limit_bytes") == 123_456;
        });
    }

    [Fact]
    public async Task Trails_OnRecords_TellWhatWentThroughAndWhatWaits()
    {
        await redis.BeginAsync();
        var database = await postgres.CreateDatabaseAsync();
        var queue = new TestQueue(redis.Database, database);
        await queue.PushAsync(TestQueue.Element("n1-1", TestQueue.Line("d1", TestQueue.Now, 3), TestQueue.Line("d1", TestQueue.Now, 3), "bad"));
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, database);
        await queue.UntilEmptyAsync();

        await TestQueue.UntilAsync(async () =>
        {
            var text = await records.Http.GetStringAsync("/metrics", Cancel);
            return Value(text, "ridetracker_trails_written_total") == 3 && Value(text, "ridetracker_trails_duplicates_total") == 3
                && Value(text, "ridetracker_trails_dead_letters_total") == 1 && Value(text, "ridetracker_trails_queue_bytes") == 0
                && Value(text, "ridetracker_trails_queue_limit_bytes") == GiB && Value(text, "ridetracker_trails_queue_age_seconds") == 0
                && text.Contains("ridetracker_trails_batch_duration_seconds_count", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Freshness_OfEachStrategy_IsAHistogram()
    {
        await redis.BeginAsync();
        await using var node = await TrackingNode.StartAsync(redis.EndPoint);
        await node.ProjectAsync(new Trip(TripId.Parse("t_seen"), TripStatus.New, new Stop(1, 2), new Stop(1, 2.1)));
        foreach (var strategy in (string[])["sse", "long-poll", "poll"]) Assert.Equal(HttpStatusCode.NoContent, await TellAsync($$"""{"seen":1700,"strategy":"{{strategy}}"}"""));
        Assert.Equal(HttpStatusCode.BadRequest, await TellAsync("""{"seen":3600001,"strategy":"poll"}"""));
        await using (var rider = (WebSocketRider)await Rider.OnTripAsync(RiderStrategy.WebSocket, node, "t_seen", null))
        {
            await rider.NextAsync();
            await rider.SendAsync("""{"seen":1700}""");
            await rider.SendAsync("""{"seen":-5}""");
            await rider.SendAsync("""{"ping":1}""");
            // It read the others before, and goes on.
            Assert.Equal("""{"pong":1}""", await rider.NextTextAsync());
        }

        var text = await node.Http.GetStringAsync("/metrics", Cancel);
        foreach (var strategy in (string[])["sse", "long-poll", "poll", "websocket"])
        {
            Assert.Equal((0, 1), (Bucket(strategy, "1.5"), Bucket(strategy, "2")));
            double? Bucket(string of, string upTo) => Lines("ridetracker_seen_age_seconds_bucket").Where(line => line.Contains($"strategy=\"{of}\"", StringComparison.Ordinal) && line.Contains($"le=\"{upTo}\"", StringComparison.Ordinal)).Select(ValueOf).Single();
        }

        Assert.Equal(1, Lines("ridetracker_seen_left_out_total").Where(line => line.Contains("reason=\"out-of-range\"", StringComparison.Ordinal)).Select(ValueOf).Single());
        Assert.DoesNotContain("t_seen", text, StringComparison.Ordinal);

        IEnumerable<string> Lines(string name) => text.Split('\n').Where(line => line.StartsWith(name + "{", StringComparison.Ordinal));
        async Task<HttpStatusCode> TellAsync(string json)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/seen") { Content = new StringContent(json, new MediaTypeHeaderValue("application/json")) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TestTokens.Rider("t_seen"));
            using var answer = await node.Http.SendAsync(request, Cancel);
            return answer.StatusCode;
        }
    }

    private static double? Value(string metrics, string name)
    {
        // NAME{labels} VALUE [TIMESTAMP]
        var lines = metrics.Split('\n').Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal)).ToList();
        return lines.Count == 0 ? null : lines.Sum(ValueOf);
    }

    private static double ValueOf(string line) => double.Parse(line[(Math.Max(line.IndexOf('}'), line.IndexOf(' ')) + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
}
