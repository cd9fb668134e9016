using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.IntegrationTests.Records;

/// <summary>A dispatcher at Records' API: asks, expects a status, and reads the answer as JSON.</summary>
internal sealed class Desk(RecordsNode node, string? token = null) : IDisposable
{
    public const string NewTrip = """{"rider":"r_1","pickup":{"lat":37.78,"lng":-122.41,"label":"Here"},"dropoff":{"lat":37.79,"lng":-122.4}}""";

    private readonly HttpClient _http = node.As(token ?? TestTokens.Dispatcher());

    public async Task<Answer> AskAsync(HttpMethod method, string path, int status, string? body = null, string? key = null, string? ifMatch = null)
    {
        var answer = await TryAsync(method, path, body, key, ifMatch);
        Assert.True(answer.Status == status, $"{method} {path}: {answer.Status} in place of {status}: {answer.Text}");
        return answer;
    }

    public async Task<Answer> TryAsync(HttpMethod method, string path, string? body = null, string? key = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var type = response.Content.Headers.ContentType?.MediaType;
        if ((int)response.StatusCode >= 400) Assert.Equal("application/problem+json", type);
        return new Answer((int)response.StatusCode, text, type?.EndsWith("json", StringComparison.Ordinal) == true ? JsonNode.Parse(text) : null, response.Headers.Location?.ToString(), response.Headers.ETag?.Tag);
    }

    public Task<Answer> PostAsync(string path, int status, string? body = null, string? key = null, string? ifMatch = null) => AskAsync(HttpMethod.Post, path, status, body, key, ifMatch);

    public Task<Answer> GetAsync(string path, int status = 200) => AskAsync(HttpMethod.Get, path, status);

    /// <summary>A new trip's id.</summary>
    public async Task<string> TripAsync() => (await PostAsync("/v1/trips", 201, NewTrip)).Word("id");

    public Task<Answer> DriverAsync(string id, string name = "Ann Miller") =>
        TryAsync(HttpMethod.Put, $"/v1/drivers/{id}", $$"""{"name":"{{name}}","vehicle":"Blue car","plate":"7ABC123"}""");

    public Task<Answer> AssignAsync(string trip, string driver, int status = 200, string? key = null, string? ifMatch = null) =>
        PostAsync($"/v1/trips/{trip}/assign", status, $$"""{"driver":"{{driver}}"}""", key, ifMatch);

    /// <summary>A new trip that a new driver is on.</summary>
    public async Task<string> AssignedTripAsync(string driver)
    {
        await DriverAsync(driver);
        var trip = await TripAsync();
        await AssignAsync(trip, driver);
        return trip;
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>What a host answered.</summary>
internal sealed record Answer(int Status, string Text, JsonNode? Json, string? Location, string? ETag)
{
    public string Word(string member) => Json![member]?.GetValue<string>() ?? throw new InvalidOperationException($"no {member} in {Text}");

    public int Number(string member) => Json![member]?.GetValue<int>() ?? throw new InvalidOperationException($"no {member} in {Text}");

    public string Detail => Word("detail");
}
