using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using RideTracker.IntegrationTests.Engines;
using RideTracker.Records.Database;
using RideTracker.Records.Hosting;
using RideTracker.Tracking.Hosting;

namespace RideTracker.IntegrationTests.Records;

/// <summary>The OpenAPI document that a host serves is the one in docs/, and its examples work on a real host, answered as it says.</summary>
public sealed class RecordsOpenApiTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Every operation with an example, in an order in which each finds what it needs, as operation, address and status. {trip} is the id that createTrip answered.
    private static readonly (string Operation, string Path, int Status)[] Examples =
    [
        ("putDriver", "/v1/drivers/d_7", 201),
        ("setDuty", "/v1/drivers/d_7/duty", 200),
        ("createTrip", "/v1/trips", 201),
        ("assignTrip", "/v1/trips/{trip}/assign", 200),
        ("setTripRoute", "/v1/trips/{trip}/route", 200),
        ("issueToken", "/v1/tokens", 200),
        ("shareTrip", "/v1/trips/{trip}/share", 201),
        ("putGeofence", "/v1/geofences/ferry", 201),
        ("putWebhook", "/v1/webhooks/shop", 201),
        ("replayWebhook", "/v1/webhooks/shop/replay", 200),
    ];

    [Fact]
    public async Task Document_IsTheOneInDocs()
    {
        await redis.BeginAsync();
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, await postgres.CreateDatabaseAsync());
        var served = (await DocumentAsync(records)).ToJsonString(Readable) + "\n";
        var file = Path.Combine(RepositoryRoot(), "docs", "records-openapi.json");
        if (Environment.GetEnvironmentVariable("RIDETRACKER_WRITE_OPENAPI") == "1") await File.WriteAllTextAsync(file, served, TestContext.Current.CancellationToken);

        Assert.True(
            served == await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken),
            "docs/records-openapi.json is not what a host serves: run this test with RIDETRACKER_WRITE_OPENAPI=1, look at the difference and commit it.");
    }

    [Fact]
    public async Task EveryOperation_HasANameASummaryAndAnAnswer()
    {
        await redis.BeginAsync();
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, await postgres.CreateDatabaseAsync());
        foreach (var (path, method, operation) in Operations(await DocumentAsync(records)))
        {
            Assert.True(operation["operationId"] is not null && operation["summary"] is not null, $"{method} {path} has no name or no summary");
            Assert.True(operation["responses"]!.AsObject().Any(response => response.Key[0] == '2'), $"{method} {path} has no good answer");
        }
    }

    [Fact]
    public async Task InOneProcessWithTracking_TheDocumentIsOfRecordsAlone()
    {
        await redis.BeginAsync();
        var folder = Directory.CreateTempSubdirectory("ridetracker-sqlite-");
        try
        {
            var database = new DatabaseOptions { Engine = DatabaseEngine.Sqlite, ConnectionString = $"Data Source={Path.Combine(folder.FullName, "records.db")};Pooling=false" };
            await using (var db = new RecordsDb(RecordsDbDesign.Options(database))) await db.Database.EnsureCreatedAsync(TestContext.Current.CancellationToken);
            // Put together as the embedded demo is.
            var builder = WebApplication.CreateBuilder();
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Urls"] = "http://127.0.0.1:0",
                ["Access:Keys:0"] = Convert.ToBase64String(new byte[32]),
                ["Hub:Redis"] = redis.EndPoint,
                ["Database:Engine"] = "Sqlite",
                ["Database:ConnectionString"] = database.ConnectionString,
                ["Tracking:DrainSeconds"] = "0",
            });
            builder.Logging.ClearProviders();
            builder.AddTracking().AddRecordsSlices();
            await using var app = builder.Build();
            app.MapTracking().MapRecordsSlices();
            await app.StartAsync(TestContext.Current.CancellationToken);
            using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

            var document = JsonNode.Parse(await http.GetStringAsync("/openapi/records-v1.json", TestContext.Current.CancellationToken))!.AsObject();

            var names = Operations(document).Select(one => one.Operation["operationId"]?.GetValue<string>()).ToList();
            Assert.Contains("createTrip", names);
            Assert.Equal(names.Distinct(), names);
            Assert.DoesNotContain(Operations(document), one => one.Path.EndsWith("/live", StringComparison.Ordinal) || !one.Path.StartsWith("/v1/", StringComparison.Ordinal));
            await app.StopAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Examples_WorkAndAreAnsweredAsDescribed()
    {
        await redis.BeginAsync();
        await using var records = await RecordsNode.StartAsync(redis.EndPoint, await postgres.CreateDatabaseAsync());
        using var desk = new Desk(records, Nodes.TestTokens.Make("shop", "service"));
        var document = await DocumentAsync(records);
        var written = Operations(document).Where(one => Example(one.Operation) is not null).ToDictionary(one => one.Operation["operationId"]!.GetValue<string>());
        Assert.Equal(written.Keys.Order(), Examples.Select(example => example.Operation).Order());
        var trip = "";
        foreach (var (name, path, status) in Examples)
        {
            var (_, method, operation) = written[name];
            var answer = await desk.AskAsync(HttpMethod.Parse(method), path.Replace("{trip}", trip, StringComparison.Ordinal), status, Example(operation)!.ToJsonString());
            if (name == "createTrip") trip = answer.Word("id");
            if (answer.Json is not null) AssertKeepsTo(document, operation["responses"]![$"{status}"]!["content"]!["application/json"]!["schema"]!, answer.Json, name);
        }

        // What is read back is described too.
        foreach (var (path, address) in new[] { ("/v1/trips/{id}", $"/v1/trips/{trip}"), ("/v1/trips", "/v1/trips"), ("/v1/drivers/{id}", "/v1/drivers/d_7"), ("/v1/drivers", "/v1/drivers") })
        {
            var schema = document["paths"]![path]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!;
            AssertKeepsTo(document, schema, (await desk.GetAsync(address)).Json!, path);
        }
    }

    private static JsonNode? Example(JsonNode operation) => operation["requestBody"]?["content"]?["application/json"]?["example"];

    private static IEnumerable<(string Path, string Method, JsonNode Operation)> Operations(JsonObject document) =>
        document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(method => (path.Key, method.Key.ToUpperInvariant(), method.Value!)));

    private static async Task<JsonObject> DocumentAsync(RecordsNode records) =>
        JsonNode.Parse(await records.Http.GetStringAsync("/openapi/records-v1.json", TestContext.Current.CancellationToken))!.AsObject();

    private static void AssertKeepsTo(JsonObject document, JsonNode schema, JsonNode value, string what)
    {
        var whole = schema.DeepClone().AsObject();
        var components = document["components"]!.DeepClone();
        // Clients pass over unknown members; the document must name all that a host sends.
        Close(components);
        whole["components"] = components;
        var result = JsonSchema.FromText(whole.ToJsonString()).Evaluate(value, new EvaluationOptions { OutputFormat = OutputFormat.List });
        var breaches = result.Details.Where(detail => detail.HasErrors).SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}"));
        Assert.True(result.IsValid, $"{what}: {value.ToJsonString()}: {string.Join("; ", breaches)}");
    }

    private static void Close(JsonNode? node)
    {
        if (node is JsonArray items) foreach (var item in items) Close(item);
        if (node is not JsonObject members) return;
        foreach (var (name, member) in members.ToList()) if (name is not ("examples" or "enum" or "const")) Close(member);
        if (members["properties"] is JsonObject && members.ContainsKey("type")) members["additionalProperties"] = false;
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RideTracker.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside of the repository.");
    }
}
