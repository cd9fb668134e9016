using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Json.Schema;
using RideTracker.Client;
using RideTracker.IntegrationTests.Engines;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>What a node answers is what its /openapi/v1.json says: status, media type, headers and every member of the body.</summary>
public sealed class OpenApiTests(GarnetEngine engine) : IClassFixture<GarnetEngine>, IAsyncLifetime
{
    private const string Trip = "t_openapi";
    private const string LivePath = "/v1/trips/{tripId}/live";
    private const string RoutePath = "/v1/trips/{tripId}/route";
    private const string VehiclesPath = "/v1/vehicles/live";
    private const string FixesPath = "/v1/drivers/{id}/fixes";

    private TrackingNode _node = null!;
    private JsonObject _document = null!;

    public async ValueTask InitializeAsync()
    {
        await engine.BeginAsync();
        _node = await TrackingNode.StartAsync(engine.EndPoint);
        _document = JsonNode.Parse(await _node.Http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken))!.AsObject();
    }

    public async ValueTask DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public void EveryOperation_IsWrittenDown()
    {
        var operations = _document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).ToList();
        Assert.True(operations.Count >= 8);
        // Only the written ones have tags of this kind; a generated one has the assembly's name, or none.
        string[] ours = ["Riders", "Dispatchers", "Drivers", "Operators"];
        foreach (var (_, operation) in operations)
            Assert.True(operation!["tags"]?.AsArray().All(tag => ours.Contains(tag!.GetValue<string>())) == true, $"{operation.GetPath()} is not in openapi.json");
    }

    [Fact]
    public async Task Trip_IsAnsweredAsDescribed()
    {
        var driver = await DriverOnTripAsync();
        var token = TestTokens.Rider(Trip);
        var first = await AskAsync(HttpMethod.Get, LivePath, token, 200);
        var cursor = first.Headers.ETag!.Tag;
        await AskAsync(HttpMethod.Get, LivePath, token, 304, request => request.Headers.TryAddWithoutValidation("If-None-Match", cursor));
        var held = await AskAsync(HttpMethod.Get, LivePath, token, 304, request =>
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", cursor);
            request.Headers.TryAddWithoutValidation("Prefer", "wait=1");
        });
        Assert.Equal("wait=1", held.Headers.GetValues("Preference-Applied").Single());
        await AskAsync(HttpMethod.Get, LivePath, token, 200, request => request.Headers.TryAddWithoutValidation("If-None-Match", "\"nonsense\""));
        await AskAsync(HttpMethod.Head, LivePath, token, 200);
        await AskAsync(HttpMethod.Get, LivePath, null, 401);
        await AskAsync(HttpMethod.Get, LivePath, driver.Token, 403);
        await AskAsync(HttpMethod.Get, LivePath, TestTokens.Rider("t_other"), 404);
        await AskAsync(HttpMethod.Get, RoutePath, token, 200);
        await AskAsync(HttpMethod.Get, RoutePath, TestTokens.Rider("t_other"), 404);

        await _node.ProjectAsync(TripOf(driver, TripStatus.Complete, version: 2));
        await AskAsync(HttpMethod.Get, LivePath, token, 410);
        await AskAsync(HttpMethod.Get, LivePath, token, 204, request => request.Headers.Accept.ParseAdd("text/event-stream"));
    }

    [Fact]
    public async Task TripWithoutDriver_IsAnsweredAsDescribed()
    {
        await _node.ProjectAsync(new Trip(TripId.Parse(Trip), TripStatus.New, new Stop(37.78, -122.41), new Stop(37.79, -122.4)));
        await AskAsync(HttpMethod.Get, LivePath, TestTokens.Rider(Trip), 200);
        await AskAsync(HttpMethod.Get, RoutePath, TestTokens.Rider(Trip), 404);
    }

    [Theory]
    [InlineData(RiderStrategy.Sse)]
    [InlineData(RiderStrategy.WebSocket)]
    public async Task StreamedStates_AreThoseDescribed(RiderStrategy strategy)
    {
        await DriverOnTripAsync();
        await using var rider = await Rider.OnTripAsync(strategy, _node, Trip);
        AssertKeepsTo("TripState", JsonNode.Parse((await rider.NextJsonAsync())!));
        await using var viewer = await Rider.OpenAsync(strategy, _node, $"{VehiclesPath}?bbox=-122.43,37.76,-122.41,37.78", TestTokens.Dispatcher());
        AssertKeepsTo("ViewportState", JsonNode.Parse((await viewer.NextJsonAsync())!));
    }

    [Fact]
    public async Task Vehicles_AreAnsweredAsDescribed()
    {
        await DriverOnTripAsync();
        const string Box = "?bbox=-122.43,37.76,-122.41,37.78";
        var seen = await AskAsync(HttpMethod.Get, VehiclesPath, TestTokens.Dispatcher(), 200, query: Box);
        await AskAsync(HttpMethod.Get, VehiclesPath, TestTokens.Dispatcher(), 304, request => request.Headers.TryAddWithoutValidation("If-None-Match", seen.Headers.ETag!.Tag), Box);
        await AskAsync(HttpMethod.Get, VehiclesPath, TestTokens.AnyRider(), 200, query: "?near=37.77,-122.42&radius=1500&limit=5");
        await AskAsync(HttpMethod.Get, VehiclesPath, TestTokens.AnyRider(), 400, query: "?bbox=-123,37,-120,38");
        await AskAsync(HttpMethod.Get, VehiclesPath, TestTokens.AnyRider(), 400, query: "?near=37.77,-122.42&limit=51");
        await AskAsync(HttpMethod.Get, VehiclesPath, null, 401, query: Box);
        await AskAsync(HttpMethod.Get, VehiclesPath, TestTokens.Driver("d"), 403, query: Box);
        await AskAsync(HttpMethod.Get, "/v1/capabilities", null, 200);
        await AskAsync(HttpMethod.Get, "/health/live", null, 200);
        await AskAsync(HttpMethod.Get, "/health/ready", null, 200);
    }

    [Fact]
    public async Task Freshness_IsAnsweredAsDescribed()
    {
        const string Path = "/v1/seen";
        const string Told = """{"seen":840,"strategy":"sse"}""";
        foreach (var token in (string[])[TestTokens.Rider(Trip), TestTokens.AnyRider(), TestTokens.Dispatcher()]) await AskAsync(HttpMethod.Post, Path, token, 204, request => Body(request, Told));
        await AskAsync(HttpMethod.Post, Path, TestTokens.AnyRider(), 400, request => Body(request, """{"seen":-1,"strategy":"sse"}"""));
        await AskAsync(HttpMethod.Post, Path, TestTokens.AnyRider(), 413, request => Body(request, Told + new string(' ', 300)));
        await AskAsync(HttpMethod.Post, Path, TestTokens.AnyRider(), 415, request => Body(request, Told, "text/plain"));
        await AskAsync(HttpMethod.Post, Path, null, 401, request => Body(request, Told));
        await AskAsync(HttpMethod.Post, Path, TestTokens.Driver("d"), 403, request => Body(request, Told));
    }

    [Fact]
    public async Task Nodes_AreAnsweredAsDescribed()
    {
        await AskAsync(HttpMethod.Get, "/v1/nodes", TestTokens.Dispatcher(), 200);
        await AskAsync(HttpMethod.Get, "/v1/nodes", TestTokens.AnyRider(), 403);
        await AskAsync(HttpMethod.Get, "/v1/nodes", null, 401);
    }

    [Fact]
    public async Task Reports_AreAnsweredAsDescribed()
    {
        var driver = new TestDriver("d_openapi");
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var fix = $$"""{"time":{{now}},"lat":37.77,"lng":-122.42}""";
        var wrong = $$"""{"time":{{now + 1_000}},"lat":89,"lng":-122.42}""";
        await AskAsync(HttpMethod.Post, FixesPath, driver.Token, 200, request => Body(request, $"[{fix},{wrong}]"));
        await AskAsync(HttpMethod.Post, FixesPath, driver.Token, 400, request => Body(request, "{}"));
        await AskAsync(HttpMethod.Post, FixesPath, driver.Token, 413, request => Body(request, $"[{string.Join(',', Enumerable.Repeat(fix, 501))}]"));
        await AskAsync(HttpMethod.Post, FixesPath, driver.Token, 415, request => Body(request, fix, "text/plain"));
        await AskAsync(HttpMethod.Post, FixesPath, null, 401, request => Body(request, $"[{fix}]"));
        await AskAsync(HttpMethod.Post, FixesPath, TestTokens.Driver("d_other"), 403, request => Body(request, $"[{fix}]"));
        await AskAsync(HttpMethod.Get, "/v1/driver/ws", driver.Token, 426);
        await AskAsync(HttpMethod.Get, "/v1/driver/ws", null, 401);
    }

    [Fact]
    public async Task AsyncApi_IsServedWithItsSchemas()
    {
        using var served = await _node.Http.GetAsync("/asyncapi/v1.yaml", TestContext.Current.CancellationToken);
        Assert.Equal("application/yaml", served.Content.Headers.ContentType?.MediaType);
        var text = await served.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("asyncapi: 3.0.0", text, StringComparison.Ordinal);
        Assert.Contains("wire-schemas.json#/$defs/TripState", text, StringComparison.Ordinal);
        var schemas = JsonNode.Parse(await _node.Http.GetStringAsync("/asyncapi/wire-schemas.json", TestContext.Current.CancellationToken));
        Assert.NotNull(schemas!["$defs"]!["TripState"]);
    }

    private static void Body(HttpRequestMessage request, string json, string type = "application/json") => request.Content = new StringContent(json, new MediaTypeHeaderValue(type));

    private static Trip TripOf(TestDriver driver, TripStatus status = TripStatus.EnrouteToPickup, int version = 1) =>
        new(TripId.Parse(Trip), status, new Stop(37.78, -122.41, "Here"), new Stop(37.79, -122.4))
        {
            Driver = driver.Id,
            Version = version,
            Card = new DriverCard("Ann", "Blue car", "7ABC123"),
            Route = new TripRoute(1, [(-122.42, 37.77), (-122.41, 37.78)], 120),
        };

    private async Task<TestDriver> DriverOnTripAsync()
    {
        var driver = new TestDriver("d_openapi");
        await _node.ProjectAsync(TripOf(driver));
        await driver.ReportAsync(_node, TestDriver.FixAt(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
        return driver;
    }

    /// <summary>Asks, and holds the answer against the document.</summary>
    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string? token, int status, Action<HttpRequestMessage>? prepare = null, string query = "")
    {
        var address = path.Replace("{tripId}", Trip, StringComparison.Ordinal).Replace("{id}", "d_openapi", StringComparison.Ordinal) + query;
        using var request = new HttpRequestMessage(method, address);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        prepare?.Invoke(request);
        var response = await _node.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var what = $"{method} {address} -> {(int)response.StatusCode} {body}";
        Assert.True((int)response.StatusCode == status, what);

        var operation = _document["paths"]![path]![method.Method.ToLowerInvariant()]!;
        var described = Resolve(operation["responses"]![status.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        Assert.True(described is not null, $"{what}: the document has no such status");
        AssertHeaders(described["headers"]?.AsObject(), response, what);
        if (body.Length == 0) return response;
        var type = response.Content.Headers.ContentType?.MediaType ?? "";
        var content = described["content"]?[type];
        Assert.True(content is not null || described["content"] is null, $"{what}: the document has no {type}");
        if (type.EndsWith("json", StringComparison.Ordinal)) AssertKeepsTo(content!["schema"]!["$ref"]!.GetValue<string>().Split('/')[^1], JsonNode.Parse(body));
        return response;
    }

    // Those that are always there are there, and those of ours that are there are described.
    private void AssertHeaders(JsonObject? described, HttpResponseMessage response, string what)
    {
        foreach (var (name, header) in described ?? [])
        {
            if (Resolve(header)!["required"]?.GetValue<bool>() == true) Assert.True(response.Headers.Contains(name), $"{what}: without {name}");
        }

        foreach (var name in new[] { "ETag", "Vary", "Retry-After", "Preference-Applied", "WWW-Authenticate" })
            Assert.True(!response.Headers.Contains(name) || described?.ContainsKey(name) == true, $"{what}: {name} is not described");
    }

    private void AssertKeepsTo(string schema, JsonNode? value)
    {
        var schemas = _document["components"]!["schemas"]!.DeepClone();
        Close(schemas);
        var whole = new JsonObject { ["$ref"] = $"#/components/schemas/{schema}", ["components"] = new JsonObject { ["schemas"] = schemas } };
        var result = JsonSchema.FromText(whole.ToJsonString()).Evaluate(value, new EvaluationOptions { OutputFormat = OutputFormat.List });
        var breaches = result.Details.Where(detail => detail.HasErrors).SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}"));
        Assert.True(result.IsValid, $"{value?.ToJsonString()} is no {schema}: {string.Join("; ", breaches)}");
    }

    private JsonNode? Resolve(JsonNode? node)
    {
        if (node?["$ref"]?.GetValue<string>() is not { } reference) return node;
        JsonNode? at = _document;
        foreach (var step in reference.Split('/').Skip(1)) at = at?[step];
        return at;
    }

    // Clients pass over unknown members; the document must name all that a node sends.
    private static void Close(JsonNode? node)
    {
        if (node is JsonArray items) foreach (var item in items) Close(item);
        if (node is not JsonObject members) return;
        foreach (var (name, member) in members.ToList()) if (name is not ("examples" or "enum" or "const")) Close(member);
        if (members["properties"] is JsonObject && members.ContainsKey("type")) members["additionalProperties"] = false;
    }
}
