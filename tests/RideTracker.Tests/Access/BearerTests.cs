using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Tests.Ingest;

namespace RideTracker.Tests.Access;

/// <summary>Which tokens open the door, over a real Kestrel.</summary>
public sealed class BearerTests
{
    private static readonly FakeTimeProvider Clock = new(DateTimeOffset.FromUnixTimeSeconds(1_764_000_000));

    private static readonly Dictionary<string, object> Good = new() { ["sub"] = "d1", ["role"] = "driver", ["jti"] = "j1" };

    public static TheoryData<string, string> BadTokens() => new()
    {
        { "nonsense", "nonsense" },
        { "three parts", "a.b.c" },
        { "algorithm none", Sign(Good, null) },
        { "algorithm none with a signature", Sign(Good, null) + "c2ln" },
        { "another key", Sign(Good, Convert.ToBase64String(new byte[32])) },
        { "another algorithm", Sign(Good, IngestNode.FirstKey, algorithm: SecurityAlgorithms.HmacSha384) },
        { "cut", Sign(Good, IngestNode.FirstKey)[..^2] },
        { "expired", Sign(Good, IngestNode.FirstKey, expiresIn: TimeSpan.Zero) },
        { "long expired", Sign(Good, IngestNode.FirstKey, expiresIn: TimeSpan.FromHours(-25)) },
        { "no exp", Sign(Good, IngestNode.FirstKey, expires: false) },
        { "not yet", Sign(Good, IngestNode.FirstKey, notBeforeIn: TimeSpan.FromSeconds(6)) },
        { "no sub", Sign(With("sub", null), IngestNode.FirstKey) },
        { "sub is no driver", Sign(With("sub", "not a driver id"), IngestNode.FirstKey) },
        { "no role", Sign(With("role", null), IngestNode.FirstKey) },
        { "unknown role", Sign(With("role", "admin"), IngestNode.FirstKey) },
        { "trip is none", Sign(With("trip", "no/trip"), IngestNode.FirstKey) },
        { "long jti", Sign(With("jti", new string('j', 300)), IngestNode.FirstKey) },
    };

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task BadToken_Is401AsAProblem(string what, string token)
    {
        await using var node = await IngestNode.StartAsync(Clock);

        using var answer = await GetAsync(node, "/whoami", token);

        Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, what);
        Assert.Equal("Bearer error=\"invalid_token\"", answer.Headers.WwwAuthenticate.ToString());
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("\"/problems/unauthorized\"", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoToken_Is401WithoutAnError()
    {
        await using var node = await IngestNode.StartAsync(Clock);

        using var answer = await GetAsync(node, "/whoami", null);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }

    [Theory]
    [InlineData(IngestNode.FirstKey)]
    [InlineData(IngestNode.SecondKey)]
    public async Task EitherKey_IsGood(string key)
    {
        await using var node = await IngestNode.StartAsync(Clock);

        using var answer = await GetAsync(node, "/whoami", Sign(With("jti", null), key, notBeforeIn: TimeSpan.FromSeconds(5)));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Minted_TellsWhoItIs_FromHeaderAndQuery()
    {
        await using var node = await IngestNode.StartAsync(Clock);
        var minted = node.Mint(Role.Rider, "rider 1", "t_81", TimeSpan.FromMinutes(5));

        var expected = new Caller("rider 1", Role.Rider, TripId.Parse("t_81"), Clock.GetUtcNow() + TimeSpan.FromMinutes(5), minted.Jti, false).ToString();
        Assert.Equal(expected, await TextAsync(node, "/whoami", minted.Token));
        Assert.Equal(expected, await TextAsync(node, "/whoami?access_token=" + minted.Token, null));
    }

    [Fact]
    public async Task Expired_Is401ButRecognisedForADay()
    {
        var clock = new FakeTimeProvider(Clock.GetUtcNow());
        await using var node = await IngestNode.StartAsync(clock);
        var token = node.Mint(Role.Rider, "r1", "t1", TimeSpan.FromMinutes(5)).Token;
        Assert.Equal("no", await TextAsync(node, "/live", token));

        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("expired r1", await TextAsync(node, "/live", token));
        using var refused = await GetAsync(node, "/whoami", token);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("The token expired.", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal("no", await TextAsync(node, "/live", token));
    }

    [Fact]
    public async Task Revoked_Is401AndStaysSoAfterItsExpiry()
    {
        var clock = new FakeTimeProvider(Clock.GetUtcNow());
        await using var node = await IngestNode.StartAsync(clock);
        var minted = node.Mint(Role.Rider, "r1", "t1", TimeSpan.FromMinutes(5));
        var revocations = node.Services.GetRequiredService<Revocations>();
        var told = new List<string>();
        revocations.Revoked += told.Add;

        revocations.Learn(minted.Jti, minted.ExpiresAt.ToUnixTimeMilliseconds());
        revocations.Learn(minted.Jti, minted.ExpiresAt.ToUnixTimeMilliseconds());

        using var refused = await GetAsync(node, "/whoami", minted.Token);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal([minted.Jti], told);
        clock.Advance(TimeSpan.FromHours(24));
        revocations.Forget();
        Assert.Equal("no", await TextAsync(node, "/live", minted.Token));
        clock.Advance(TimeSpan.FromHours(24));
        revocations.Forget();
        Assert.False(revocations.IsRevoked(minted.Jti));
    }

    [Fact]
    public async Task Tokens_StandInNoLog()
    {
        await using var node = await IngestNode.StartAsync();
        var good = node.Token();
        foreach (var token in new[] { good, Sign(With("role", null), IngestNode.FirstKey), good + "x" })
        {
            using var whoami = await GetAsync(node, "/whoami?access_token=" + token, null);
            using var header = await GetAsync(node, "/nowhere", token);
            using var negotiate = await node.Http.PostAsync($"/v1/driver/negotiate?negotiateVersion=1&access_token={token}", null, TestContext.Current.CancellationToken);
        }

        Assert.NotEmpty(node.Logs.Lines);
        // Debug is for a developer's own machine; from Information on a line may be kept anywhere.
        Assert.DoesNotContain(
            node.Logs.Lines,
            line => line.Level >= LogLevel.Information && (line.Text.Contains("eyJ", StringComparison.Ordinal) || line.Text.Contains("access_token", StringComparison.Ordinal)));
    }

    [Fact]
    public void Options_SayAllThatIsWrongAtOnceByFullPath()
    {
        var result = new AccessOptionsValidator().Validate(null, new AccessOptions
        {
            Keys = ["AAAA", "!!!", Convert.ToBase64String(new byte[32])],
            Authority = "http://issuer.example",
            ClockSkew = TimeSpan.FromHours(1),
        });

        Assert.Collection(
            result.Failures!,
            error => Assert.StartsWith("Access:Keys and Access:Authority are both set", error, StringComparison.Ordinal),
            error => Assert.StartsWith("Access:Keys has 3 keys", error, StringComparison.Ordinal),
            error => Assert.StartsWith("Access:Keys:0 has 3 bytes", error, StringComparison.Ordinal),
            error => Assert.StartsWith("Access:Keys:1 is not base64", error, StringComparison.Ordinal),
            error => Assert.StartsWith("Access:Authority must be an https URL", error, StringComparison.Ordinal),
            error => Assert.StartsWith("Access:Audience is needed", error, StringComparison.Ordinal),
            error => Assert.StartsWith("Access:ClockSkew is 01:00:00", error, StringComparison.Ordinal));
        Assert.True(new AccessOptionsValidator().Validate(null, new AccessOptions()).Failed);
        Assert.True(new AccessOptionsValidator().Validate(null, new AccessOptions { Keys = [IngestNode.FirstKey] }).Succeeded);
        Assert.True(new AccessOptionsValidator().Validate(null, new AccessOptions { Authority = "https://issuer.example", Audience = "us" }).Succeeded);
    }

    [Fact]
    public async Task Options_ThatAreWrong_StopTheStartWithAllErrors()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => IngestNode.StartAsync(settings: [("Access:Keys:0", "short"), ("Ingest:FixBurst", "5"), ("Ingest:Checks:MaxSpeedMps", "NaN")]));

        var all = failure.ToString();
        Assert.Contains("Access:Keys:0", all, StringComparison.Ordinal);
        Assert.Contains("Ingest:FixBurst is 5: 500 to", all, StringComparison.Ordinal);
        Assert.Contains("Ingest:Checks:MaxSpeedMps is NaN", all, StringComparison.Ordinal);
    }

    [Fact]
    public void Minter_RefusesWhatMakesNoSense()
    {
        var minter = new TokenMinter(Options.Create(new AccessOptions { Keys = [IngestNode.FirstKey] }), Clock);

        Assert.Throws<ArgumentException>(() => minter.Mint(Role.Driver, "not an id", null, TimeSpan.FromMinutes(1)));
        Assert.Throws<ArgumentException>(() => minter.Mint(Role.Driver, "d1", TripId.Parse("t1"), TimeSpan.FromMinutes(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => minter.Mint(Role.Rider, "r1", null, TimeSpan.Zero));
        Assert.Throws<InvalidOperationException>(() => new TokenMinter(Options.Create(new AccessOptions()), Clock).Mint(Role.Rider, "r1", null, TimeSpan.FromMinutes(1)));
    }

    private static Dictionary<string, object> With(string name, object? value)
    {
        var claims = new Dictionary<string, object>(Good);
        if (value is null) claims.Remove(name);
        else claims[name] = value;
        return claims;
    }

    private static string Sign(
        Dictionary<string, object> claims, string? key, string algorithm = SecurityAlgorithms.HmacSha256, TimeSpan? expiresIn = null, TimeSpan? notBeforeIn = null, bool expires = true)
    {
        var now = Clock.GetUtcNow().UtcDateTime;
        var bytes = Convert.FromBase64String(key ?? "");
        // HS384 wants a longer key; the server's may be as long.
        if (algorithm != SecurityAlgorithms.HmacSha256) Array.Resize(ref bytes, 48);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Claims = claims,
            Expires = expires ? now + (expiresIn ?? TimeSpan.FromHours(1)) : null,
            NotBefore = now + notBeforeIn,
            SigningCredentials = key is null ? null : new SigningCredentials(new SymmetricSecurityKey(bytes), algorithm),
        });
    }

    private static async Task<HttpResponseMessage> GetAsync(IngestNode node, string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        return await node.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<string> TextAsync(IngestNode node, string path, string? token)
    {
        using var answer = await GetAsync(node, path, token);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
