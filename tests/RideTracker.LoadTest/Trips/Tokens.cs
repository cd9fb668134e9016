using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace RideTracker.LoadTest.Trips;

/// <summary>Signs tokens by the words of protocol.md section 1, thousands in a moment.</summary>
internal sealed class Tokens
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly string Head = Base64Url.EncodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"u8);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly long _expires = (TimeProvider.System.GetUtcNow() + Lifetime).ToUnixTimeSeconds();
    private int _made;

    /// <summary>The key in the form of the setting <c>Access:Keys</c>.</summary>
    public string Key => Convert.ToBase64String(_key);

    public string Driver(string id) => Make($"\"sub\":\"{id}\",\"role\":\"driver\"");

    public string Rider(string subject, string trip) => Make($"\"sub\":\"{subject}\",\"role\":\"rider\",\"trip\":\"{trip}\"");

    public string Service() => Make("\"sub\":\"load-test\",\"role\":\"service\"");

    private string Make(string claims)
    {
        var body = Base64Url.EncodeToString(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{{{claims},\"jti\":\"j{_made++}\",\"exp\":{_expires}}}")));
        var signature = HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes($"{Head}.{body}"));
        return $"{Head}.{body}.{Base64Url.EncodeToString(signature)}";
    }
}
