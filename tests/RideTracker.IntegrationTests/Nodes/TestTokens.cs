using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>Makes tokens by the words of protocol.md section 1, apart from the product's code.</summary>
internal static class TestTokens
{
    private static readonly byte[] KeyBytes = RandomNumberGenerator.GetBytes(32);

    /// <summary>The key in the form of the setting <c>Access:Keys</c>.</summary>
    public static string Key { get; } = Convert.ToBase64String(KeyBytes);

    public static string Driver(string id) => Make(id, "driver");

    public static string Rider(string trip, TimeSpan? lifetime = null) => Make("rider", "rider", trip, lifetime);

    public static string AnyRider() => Make("rider", "rider");

    public static string Dispatcher() => Make("desk", "dispatcher");

    /// <param name="key">Signs it, base64; <see cref="Key"/> by default.</param>
    public static string Make(string subject, string role, string? trip = null, TimeSpan? lifetime = null, string? key = null)
    {
        var expires = TimeProvider.System.GetUtcNow() + (lifetime ?? TimeSpan.FromHours(1));
        var claims = new Dictionary<string, object>
        {
            ["sub"] = subject,
            ["role"] = role,
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["exp"] = expires.ToUnixTimeSeconds(),
        };
        if (trip is not null) claims["trip"] = trip;
        var text = Part(new { alg = "HS256", typ = "JWT" }) + "." + Part(claims);
        return text + "." + Base64Url.EncodeToString(HMACSHA256.HashData(key is null ? KeyBytes : Convert.FromBase64String(key), Encoding.ASCII.GetBytes(text)));
    }

    private static string Part(object content) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(content));
}
