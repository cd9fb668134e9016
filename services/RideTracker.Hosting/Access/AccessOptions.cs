namespace RideTracker.Hosting.Access;

/// <summary>Which tokens are good: own HS256 keys, or an OIDC issuer. Section <c>Access</c>.</summary>
public sealed record AccessOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Access";

    /// <summary>Signing keys, base64, of 32 bytes at least; one or two. The first signs, both are valid: put the new one first, drop the old one when its tokens have expired.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>URL of an OIDC issuer whose tokens are taken instead of own ones.</summary>
    public string? Authority { get; init; }

    /// <summary>The <c>aud</c> that tokens must have. Needed with <see cref="Authority"/>; with own keys checked only where set.</summary>
    public string? Audience { get; init; }

    /// <summary>The <c>iss</c> that tokens must have. With own keys checked only where set.</summary>
    public string? Issuer { get; init; }

    /// <summary>How far an issuer's clock may be ahead (<c>nbf</c>). Expiry is exact: streams end with it too.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(5);
}
