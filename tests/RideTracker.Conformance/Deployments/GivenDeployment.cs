using System.Net.Http.Json;
using System.Text.Json;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.Protocol;

namespace RideTracker.Conformance;

/// <summary>
/// A deployment that an operator names: <c>RIDETRACKER_URL</c>, and <c>RIDETRACKER_URL2</c> for a second node. Its one driver by hand and its trip come
/// from <c>/demo.json</c> (protocol.md section 6), so the cases take turns.
/// </summary>
internal sealed class GivenDeployment : Deployment
{
    public const string Url = "RIDETRACKER_URL";
    public const string Url2 = "RIDETRACKER_URL2";

    // Where the README reports by hand: in the middle of the demo's town.
    private static readonly (double Lat, double Lng) Place = (44.5, -30.0);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Server _node;
    private readonly Server? _other;

    private GivenDeployment(Uri node, Uri? other)
    {
        _node = new Server(node);
        _other = other is null ? null : new Server(other);
    }

    /// <summary>Whether an operator named one: then nothing is started here.</summary>
    public static bool IsNamed => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Url));

    public override ITestServer Node => _node;

    public override ITestServer? Other => _other;

    public override bool IsShared => true;

    /// <summary>Longer than a stream may be silent.</summary>
    public override TimeSpan Patience => TimeSpan.FromSeconds(60);

    public static async Task<GivenDeployment> ConnectAsync()
    {
        var deployment = new GivenDeployment(Named(Url)!, Named(Url2));
        await deployment.ReadCapabilitiesAsync();
        return deployment;
    }

    public override string? Lacks(Need needs)
    {
        if (needs.HasFlag(Need.SecondNode) && _other is null) return $"a second node of the deployment is not named ({Url2})";
        if (needs.HasFlag(Need.TripEnd)) return "trips can't be made and ended over HTTP yet, and the demo's trip goes on";
        if (needs.HasFlag(Need.ShortTokens)) return "tokens can't be made over HTTP yet, and the demo's are good for an hour";
        if (needs.HasFlag(Need.SpareNode)) return "a node would have to be stopped, which is tried on nodes of the suite's own only";
        if (needs.HasFlag(Need.HubAccess)) return "the hub's messages or memory would have to be lost, which is tried on nodes of the suite's own only";
        return null;
    }

    public override async Task<Ride> BeginRideAsync()
    {
        await _turn.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            using var response = await _node.Http.GetAsync("demo.json", TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, $"{Url}: /demo.json answers {(int)response.StatusCode}. Until trips can be made over HTTP, only a deployment with the demo can be tested.");
            using var demo = (await response.Content.ReadFromJsonAsync<JsonDocument>(TestContext.Current.CancellationToken))!;
            string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;
            var trip = demo.RootElement.GetProperty("driverTrip");
            var ride = new Ride(
                this, TripId.Parse(Text(trip, "id")), new TestDriver(Text(demo.RootElement, "driver"), Text(demo.RootElement, "driverToken")),
                Text(trip, "token"), Text(demo.RootElement, "dispatcherToken"), Place)
            { Ended = () => _turn.Release() };
            await ride.ArriveAsync();
            return ride;
        }
        catch
        {
            _turn.Release();
            throw;
        }
    }

    public override ValueTask DisposeAsync()
    {
        _node.Http.Dispose();
        _other?.Http.Dispose();
        _turn.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Uri? Named(string variable)
    {
        var text = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(text)) return null;
        Assert.True(Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https", $"{variable} must be an http or https address, not '{text}'.");
        return url;
    }

    private sealed class Server(Uri url) : ITestServer
    {
        public Uri Url => url;

        public HttpClient Http { get; } = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000 }) { BaseAddress = url, Timeout = TimeSpan.FromSeconds(60) };
    }
}
