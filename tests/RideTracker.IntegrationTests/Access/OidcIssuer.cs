using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RideTracker.IntegrationTests.Access;

/// <summary>A small OpenID provider on a free port: discovery document and key set, by OpenID Connect Discovery 1.0 and RFC 7517.</summary>
internal sealed class OidcIssuer : IAsyncDisposable
{
    public const string Audience = "ridetracker";

    private const string KeyId = "k1";

    private readonly WebApplication _app;
    private readonly RSA _key = RSA.Create(2048);

    private OidcIssuer(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    /// <summary>The public key as anybody can fetch it, in the form that tools write it.</summary>
    public string PublicKeyPem => _key.ExportSubjectPublicKeyInfoPem();

    public static async Task<OidcIssuer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRouting();
        builder.WebHost.UseKestrel();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var issuer = new OidcIssuer(app);
        app.UseRouting();
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer = issuer.Url,
            jwks_uri = issuer.Url + "/keys",
            authorization_endpoint = issuer.Url + "/authorize",
            response_types_supported = (string[])["code"],
            subject_types_supported = (string[])["public"],
            id_token_signing_alg_values_supported = (string[])["RS256"],
        }));
        app.MapGet("/keys", () =>
        {
            var key = issuer._key.ExportParameters(includePrivateParameters: false);
            return Results.Json(new
            {
                keys = (object[])[new { kty = "RSA", use = "sig", alg = "RS256", kid = KeyId, n = Base64Url.EncodeToString(key.Modulus), e = Base64Url.EncodeToString(key.Exponent) }],
            });
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return issuer;
    }

    /// <summary>A token by RFC 7519, with what a test wants changed.</summary>
    /// <param name="claims">Claims that replace or add to the good ones; null takes one away.</param>
    /// <param name="alg">What the header says.</param>
    /// <param name="sign">Makes the signature of the text; the issuer's key by default.</param>
    public string Token(Dictionary<string, object?>? claims = null, string alg = "RS256", Func<byte[], byte[]>? sign = null)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var all = new Dictionary<string, object?>
        {
            ["iss"] = Url,
            ["aud"] = Audience,
            ["sub"] = "desk-1",
            ["role"] = "dispatcher",
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["iat"] = now,
            ["exp"] = now + 600,
        };
        foreach (var (name, value) in claims ?? [])
        {
            if (value is null) all.Remove(name);
            else all[name] = value;
        }

        var text = Part(new { alg, typ = "JWT", kid = KeyId }) + "." + Part(all);
        var bytes = Encoding.ASCII.GetBytes(text);
        var signature = sign is null ? _key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) : sign(bytes);
        return text + "." + Base64Url.EncodeToString(signature);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
    }

    private static string Part(object content) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(content));
}
