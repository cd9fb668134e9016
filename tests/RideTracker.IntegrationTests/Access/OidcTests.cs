using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;
using RideTracker.IntegrationTests.Records;

namespace RideTracker.IntegrationTests.Access;

/// <summary>Tokens of an OIDC issuer in place of own ones (Access:Authority), on a tracking node and on Records.</summary>
public class OidcTests(Redis7Engine redis, PostgresServer postgres) : IClassFixture<Redis7Engine>, IAsyncLifetime
{
    private const string Cars = "/v1/vehicles/live?near=37.7,-122.4";

    private readonly List<IAsyncDisposable> _open = [];
    private OidcIssuer _issuer = null!;
    private TrackingNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        await redis.BeginAsync();
        _open.Add(_issuer = await OidcIssuer.StartAsync());
        _open.Add(_node = await TrackingNode.StartAsync(redis.EndPoint, ("Access:Authority", _issuer.Url), ("Access:Audience", OidcIssuer.Audience)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_open)) await one.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Token_OfTheIssuer_IsGood()
    {
        Assert.Equal(HttpStatusCode.OK, (await PollRider.GetAsync(_node, Cars, _issuer.Token())).Status);
        Assert.Equal(HttpStatusCode.OK, (await PollRider.GetAsync(_node, Cars, _issuer.Token(new() { ["role"] = "rider", ["sub"] = "ann" }))).Status);
        // Roles are held as ever.
        Assert.Equal(HttpStatusCode.Forbidden, (await PollRider.GetAsync(_node, Cars, _issuer.Token(new() { ["role"] = "driver", ["sub"] = "d-1" }))).Status);
    }

    [Fact]
    public async Task Token_WithAWrongClaim_IsRefused()
    {
        var past = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 5;
        var bad = new Dictionary<string, object?>[]
        {
            new() { ["iss"] = "https://issuer.example" },
            new() { ["iss"] = null },
            new() { ["aud"] = "another-service" },
            new() { ["aud"] = null },
            new() { ["exp"] = past },
            new() { ["exp"] = null },
            new() { ["nbf"] = past + 3_600 },
            new() { ["role"] = null },
            new() { ["role"] = "root" },
            new() { ["sub"] = null },
        };
        foreach (var claims in bad) await RefusedAsync(_issuer.Token(claims));
    }

    [Fact]
    public async Task Token_WithoutTheIssuersSignature_IsRefused()
    {
        using var stranger = RSA.Create(2048);
        var publicKey = Encoding.ASCII.GetBytes(_issuer.PublicKeyPem);

        await RefusedAsync(_issuer.Token(sign: text => stranger.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
        await RefusedAsync(_issuer.Token(alg: "none", sign: _ => []));
        await RefusedAsync(_issuer.Token(alg: "None", sign: _ => []));
        // The old trick: everybody has the public key, and an HMAC with it would be good if the header were believed.
        await RefusedAsync(_issuer.Token(alg: "HS256", sign: text => HMACSHA256.HashData(publicKey, text)));
        // Another's claims under a good signature.
        var parts = _issuer.Token().Split('.');
        await RefusedAsync($"{parts[0]}.{_issuer.Token(new() { ["role"] = "service" }).Split('.')[1]}.{parts[2]}");
        // A key of ours from before the issuer.
        await RefusedAsync(TestTokens.Dispatcher());
    }

    [Fact]
    public async Task Records_SignsNothing_AndSaysSo()
    {
        var records = await RecordsNode.StartAsync(
            redis.EndPoint, await postgres.CreateDatabaseAsync(), null, ("Access:Authority", _issuer.Url), ("Access:Audience", OidcIssuer.Audience));
        _open.Add(records);
        using var service = records.As(_issuer.Token(new() { ["role"] = "service" }));

        using var listed = await service.GetAsync("/v1/tokens", TestContext.Current.CancellationToken);
        using var answer = await service.PostAsJsonAsync("/v1/tokens", new { role = "rider", sub = "ann", ttl = 60 }, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, listed.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        var problem = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("/problems/no-signing-key", problem, StringComparison.Ordinal);
        Assert.Contains("Access:Authority", problem, StringComparison.Ordinal);
    }

    private async Task RefusedAsync(string token)
    {
        var answer = await PollRider.GetAsync(_node, Cars, token);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.DoesNotContain(token.Split('.')[1], answer.Body, StringComparison.Ordinal);
    }
}
