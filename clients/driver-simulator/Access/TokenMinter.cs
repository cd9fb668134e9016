using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using RideTracker.Protocol;

namespace RideTracker.Simulator.Access;

/// <summary>Makes tokens for those who hold the key (HS256).</summary>
internal sealed class TokenMinter(byte[] key, TimeProvider time)
{
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly SigningCredentials _credentials = new(new SymmetricSecurityKey(key), SecurityAlgorithms.HmacSha256);

    /// <summary>Makes one.</summary>
    /// <param name="role"><c>driver</c>, <c>rider</c>, <c>dispatcher</c> or <c>service</c>.</param>
    /// <param name="subject">Who; for a driver its id.</param>
    /// <param name="trip">For a rider: the one trip that it may see.</param>
    /// <param name="lifetime">From now; one second at least.</param>
    public string Mint(string role, string subject, TripId? trip, TimeSpan lifetime)
    {
        var now = time.GetUtcNow();
        var claims = new Dictionary<string, object> { ["sub"] = subject, ["role"] = role, ["jti"] = Guid.NewGuid().ToString("N") };
        if (trip is { } id) claims["trip"] = id.Value;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Claims = claims,
            IssuedAt = now.UtcDateTime,
            Expires = (now + lifetime).UtcDateTime,
            SigningCredentials = _credentials,
        });
    }
}
