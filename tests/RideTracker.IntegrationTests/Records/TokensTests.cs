using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.IntegrationTests.Records;

/// <summary><c>/v1/tokens</c> from outside: who may issue what, and what is said of it afterwards.</summary>
public class TokensTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>, IAsyncLifetime
{
    private RecordsNode _records = null!;

    public async ValueTask InitializeAsync()
    {
        await redis.BeginAsync();
        _records = await RecordsNode.StartAsync(redis.EndPoint, await postgres.CreateDatabaseAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_records is not null) await _records.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("driver", "/v1/drivers/d-1/fixes", HttpStatusCode.BadRequest)]
    [InlineData("rider", "/v1/vehicles/live?near=37.7,-122.4", HttpStatusCode.OK)]
    [InlineData("dispatcher", "/v1/vehicles/live?bbox=-170,-60,170,60", HttpStatusCode.OK)]
    [InlineData("service", "/v1/trips/t_none/live", HttpStatusCode.NotFound)]
    public async Task Token_OfEachRole_IsGoodOnATrackingNode(string role, string path, HttpStatusCode expected)
    {
        await using var node = await TrackingNode.StartAsync(redis.EndPoint);
        using var service = _records.As(TestTokens.Make("backend", "service"));

        var issued = await IssueAsync(service, new { role, sub = "d-1", ttl = 600 });

        using var request = new HttpRequestMessage(role == "driver" ? HttpMethod.Post : HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", issued.GetProperty("token").GetString());
        if (role == "driver") request.Content = JsonContent.Create(Array.Empty<int>());
        using var answer = await node.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.StatusCode);
        var left = issued.GetProperty("expires").GetInt64() - TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.InRange(left, 500_000, 600_000);
    }

    [Theory]
    [InlineData("dispatcher", "driver", HttpStatusCode.OK)]
    [InlineData("dispatcher", "rider", HttpStatusCode.OK)]
    [InlineData("dispatcher", "dispatcher", HttpStatusCode.Forbidden)]
    [InlineData("dispatcher", "service", HttpStatusCode.Forbidden)]
    [InlineData("rider", "rider", HttpStatusCode.Forbidden)]
    [InlineData("driver", "driver", HttpStatusCode.Forbidden)]
    public async Task Issuing_IsForRolesBelowOnesOwn(string caller, string role, HttpStatusCode expected)
    {
        using var client = _records.As(TestTokens.Make("someone", caller));

        using var answer = await client.PostAsJsonAsync("/v1/tokens", new { role, sub = "x", ttl = 60 }, TestContext.Current.CancellationToken);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("""{"role":"admin","sub":"x","ttl":60}""", "role")]
    [InlineData("""{"sub":"x","ttl":60}""", "role")]
    [InlineData("""{"role":"driver","sub":"a b","ttl":60}""", "sub")]
    [InlineData("""{"role":"rider","sub":"","ttl":60}""", "sub")]
    [InlineData("""{"role":"rider","sub":7,"ttl":60}""", "sub")]
    [InlineData("""{"role":"driver","sub":"x","trip":"t_1","ttl":60}""", "trip")]
    [InlineData("""{"role":"rider","sub":"x","trip":"no trip","ttl":60}""", "trip")]
    [InlineData("""{"role":"rider","sub":"x","trip":["t_1"],"ttl":60}""", "trip")]
    [InlineData("""{"role":"rider","sub":"x"}""", "ttl")]
    [InlineData("""{"role":"rider","sub":"x","ttl":0}""", "ttl")]
    [InlineData("""{"role":"rider","sub":"x","ttl":1.5}""", "ttl")]
    [InlineData("""{"role":"rider","sub":"x","ttl":86401}""", "ttl")]
    [InlineData("""{"role":"service","sub":"x","ttl":31536001}""", "ttl")]
    [InlineData("""{"role":"rider","sub":"x","ttl":60""", "body")]
    [InlineData("[]", "body")]
    public async Task Request_WithABadField_IsRefusedByItsName(string body, string field)
    {
        using var service = _records.As(TestTokens.Make("backend", "service"));
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        using var answer = await service.PostAsync("/v1/tokens", content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Contains(field, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_NamesEachTokenOnceInPages_AndShowsNone()
    {
        using var service = _records.As(TestTokens.Make("backend", "service"));
        var jtis = new List<string>();
        for (var i = 0; i < 105; i++)
        {
            var issued = await IssueAsync(service, new { role = "rider", sub = i % 2 == 0 ? "even" : "odd", ttl = 600 });
            jtis.Add(issued.GetProperty("jti").GetString()!);
            Assert.DoesNotContain(issued.GetProperty("token").GetString()!, await service.GetStringAsync("/v1/tokens", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        Assert.Equal(jtis, await ListAsync(service, ""));
        Assert.Equal(jtis, await ListAsync(service, "&limit=7"));
        Assert.Equal(53, (await ListAsync(service, "&sub=even")).Count);
        Assert.Empty(await ListAsync(service, "&role=driver"));
        using var nonsense = await service.GetAsync("/v1/tokens?after=nonsense", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, nonsense.StatusCode);
    }

    [Theory]
    [InlineData("?sub=%00", "sub")]
    [InlineData("?trip=%00", "trip")]
    [InlineData("?role=admin", "role")]
    public async Task List_OfWhatCannotBe_NamesTheParameter(string query, string parameter)
    {
        using var service = _records.As(TestTokens.Make("backend", "service"));

        using var answer = await service.GetAsync("/v1/tokens" + query, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith(parameter + ":", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task<List<string>> ListAsync(HttpClient client, string filter)
    {
        var found = new List<string>();
        for (var after = ""; ;)
        {
            var page = JsonDocument.Parse(await client.GetStringAsync($"/v1/tokens?{after}{filter}", TestContext.Current.CancellationToken)).RootElement;
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(token => token.GetProperty("jti").GetString()!));
            if (!page.TryGetProperty("next", out var next)) return found;
            after = $"after={next.GetString()}";
        }
    }

    private static async Task<JsonElement> IssueAsync(HttpClient client, object body)
    {
        using var answer = await client.PostAsJsonAsync("/v1/tokens", body, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
