using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using RideTracker.Protocol;

namespace RideTracker.Hosting.Access;

/// <summary>Signs tokens with the first of the configured keys.</summary>
public sealed class TokenMinter(IOptions<AccessOptions> options, TimeProvider time)
{
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Makes a token.</summary>
    /// <param name="role">What its holder is.</param>
    /// <param name="subject">Who; for a driver its id.</param>
    /// <param name="trip">The one trip that a rider may see.</param>
    /// <param name="lifetime">How long it is good, from now; at least a second.</param>
    /// <exception cref="ArgumentException">The subject is empty or no driver id, a trip for another role than rider, or no lifetime.</exception>
    /// <exception cref="InvalidOperationException">Tokens come from an OIDC issuer here: there is no key to sign with.</exception>
    public MintedToken Mint(Role role, string subject, TripId? trip, TimeSpan lifetime)
    {
        if (options.Value.Keys.Count == 0) throw new InvalidOperationException("Access:Keys has no key to sign with: tokens come from Access:Authority.");
        ArgumentException.ThrowIfNullOrEmpty(subject);
        if (role == Role.Driver && !DriverId.TryParse(subject, out _)) throw new ArgumentException("A driver's subject must be a driver id.", nameof(subject));
        if (trip is not null && role != Role.Rider) throw new ArgumentException($"A {role.ToWire()} token has no trip.", nameof(trip));
        ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, TimeSpan.FromSeconds(1));

        var now = time.GetUtcNow();
        // NumericDate has whole seconds.
        var expires = DateTimeOffset.FromUnixTimeSeconds((now + lifetime).ToUnixTimeSeconds());
        var jti = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var claims = new Dictionary<string, object> { ["sub"] = subject, ["role"] = role.ToWire(), ["jti"] = jti };
        if (trip is { } id) claims["trip"] = id.Value;
        var token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            Claims = claims,
            Issuer = options.Value.Issuer,
            Audience = options.Value.Audience,
            IssuedAt = now.UtcDateTime,
            Expires = expires.UtcDateTime,
            SigningCredentials = new SigningCredentials(
                new SymmetricSecurityKey(Convert.FromBase64String(options.Value.Keys[0])), SecurityAlgorithms.HmacSha256),
        });
        return new MintedToken(token, jti, expires);
    }
}

/// <summary>A token as its issuer hands it out.</summary>
/// <param name="Token">The signed token: a secret.</param>
/// <param name="Jti">Its name, by which it can be revoked.</param>
/// <param name="ExpiresAt">When it ends.</param>
public readonly record struct MintedToken(string Token, string Jti, DateTimeOffset ExpiresAt);
