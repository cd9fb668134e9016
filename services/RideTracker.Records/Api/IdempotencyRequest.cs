using System.Security.Cryptography;
using System.Text;
using RideTracker.Hosting.Access;

namespace RideTracker.Records.Api;

/// <summary>A request with an <c>Idempotency-Key</c>: whose, under which key, and a hash of what it asks.</summary>
public sealed record IdempotencyRequest(string Scope, string Key, byte[] Fingerprint)
{
    public const string Header = "Idempotency-Key";

    private const int MaxLength = 255;

    /// <summary>Reads the header.</summary>
    /// <param name="context">The request of a known caller.</param>
    /// <param name="body">Hash of its body, see <see cref="JsonBody{T}.Fingerprint"/>; empty for none.</param>
    /// <param name="errors">Gets what is wrong with the header.</param>
    /// <returns>Null where the request has no key.</returns>
    public static IdempotencyRequest? Read(HttpContext context, byte[] body, FieldErrors errors)
    {
        var header = context.Request.Headers[Header];
        if (header.Count == 0) return null;
        var key = header[0] ?? "";
        if (header.Count > 1 || key.Length is 0 or > MaxLength || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            errors.Add(Header, "must be one text of 1 to 255 visible ASCII characters");
            return null;
        }

        var caller = context.GetCaller();
        var asked = Encoding.UTF8.GetBytes($"{context.Request.Method} {context.Request.Path}\n");
        return new IdempotencyRequest($"{caller.Role.ToWire()}:{caller.Subject}", key, SHA256.HashData([.. asked, .. body]));
    }
}
