using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.IntegrationTests.Records.Trails;
using RideTracker.Records.Geofences;

namespace RideTracker.IntegrationTests.Records.Geofences;

/// <summary>One or more Records over one hub and database, geofences set over HTTP, and fixes that come in through the hub's queue as tracking nodes put them there.</summary>
internal sealed class FenceWorld : IAsyncDisposable
{
    public static readonly long Start = TestQueue.Now - 3_600_000;

    private readonly List<RecordsNode> _nodes = [];
    private readonly HttpClient _staff;
    private int _elements;

    private FenceWorld(RecordsNode node, TestQueue queue)
    {
        _nodes.Add(node);
        Queue = queue;
        _staff = node.As(TestTokens.Dispatcher());
    }

    public TestQueue Queue { get; }

    public RecordsNode Node => _nodes[0];

    public HttpClient Staff => _staff;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<FenceWorld> StartAsync(Redis7Engine redis, string database, params (string Key, object Value)[] settings)
    {
        await redis.BeginAsync();
        var node = await RecordsNode.StartAsync(redis.EndPoint, database, settings: [("Trails:PollMs", 10), .. settings]);
        return new FenceWorld(node, new TestQueue(redis.Database, database));
    }

    public async Task<RecordsNode> AddAsync(Redis7Engine redis, string database)
    {
        var node = await RecordsNode.StartAsync(redis.EndPoint, database, settings: [("Trails:PollMs", 10)]);
        _nodes.Add(node);
        return node;
    }

    /// <summary>A rectangle in degrees, as a Feature.</summary>
    public static string Box(double west, double south, double east, double north, int? dwell = null, string? name = null) => JsonSerializer.Serialize(new
    {
        type = "Feature",
        properties = new { name, dwellSeconds = dwell },
        geometry = new { type = "Polygon", coordinates = new[] { new double[][] { [west, south], [east, south], [east, north], [west, north], [west, south] } } },
    });

    public Task<HttpResponseMessage> PutAsync(string id, string body) => _staff.PutAsync($"/v1/geofences/{id}", new StringContent(body, Encoding.UTF8, "application/geo+json"), Cancel);

    /// <summary>Sets a geofence; it is in force on all hosts afterwards.</summary>
    public async Task SetAsync(string id, string body)
    {
        using var answer = await PutAsync(id, body);
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancel));
        await KnowAsync();
    }

    public async Task KnowAsync()
    {
        foreach (var node in _nodes) await node.Services.GetRequiredService<FenceSet>().RefreshAsync(Cancel);
    }

    /// <summary>A driver's fixes come in, in one element of the queue; returns when they are written.</summary>
    public async Task DriveAsync(string driver, params (double Seconds, double Lat, double Lng)[] fixes)
    {
        await Queue.PushAsync(Element(driver, fixes));
        await Queue.UntilEmptyAsync();
    }

    public string Element(string driver, IEnumerable<(double Seconds, double Lat, double Lng)> fixes, double accuracy = 2)
    {
        var text = new StringBuilder();
        foreach (var (seconds, lat, lng) in fixes) text.Append(CultureInfo.InvariantCulture, $"{Start + (long)(seconds * 1000)},{lat},{lng},{accuracy},,;");
        return TestQueue.Element(string.Create(CultureInfo.InvariantCulture, $"n-{Interlocked.Increment(ref _elements)}"), string.Create(CultureInfo.InvariantCulture, $"{driver} {TestQueue.Now} {text}"));
    }

    /// <summary>All events, in their order.</summary>
    public async Task<IReadOnlyList<JsonElement>> EventsAsync(string query = "")
    {
        var events = new List<JsonElement>();
        for (var after = 0L; ;)
        {
            var page = await _staff.GetFromJsonAsync<JsonElement>($"/v1/events?after={after}&limit=200{query}", Cancel);
            events.AddRange(page.GetProperty("items").EnumerateArray());
            after = page.GetProperty("next").GetInt64();
            if (!page.GetProperty("more").GetBoolean()) return events;
        }
    }

    /// <summary>All events as "kind driver geofence@seconds".</summary>
    public async Task<IReadOnlyList<string>> StoriesAsync(string query = "") => [.. (await EventsAsync(query)).Select(Story)];

    public static string Story(JsonElement e) => string.Create(
        CultureInfo.InvariantCulture, $"{e.GetProperty("kind").GetString()} {e.GetProperty("driver").GetString()} {e.GetProperty("geofence").GetString()}@{Math.Round((e.GetProperty("time").GetInt64() - Start) / 1000.0, 1)}");

    public async ValueTask DisposeAsync()
    {
        _staff.Dispose();
        foreach (var node in _nodes) await node.DisposeAsync();
    }
}
