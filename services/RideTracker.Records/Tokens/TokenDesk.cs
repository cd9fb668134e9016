using Microsoft.Extensions.Options;
using RideTracker.Hosting.Access;
using RideTracker.Records.Database;

namespace RideTracker.Records.Tokens;

/// <summary>Issues tokens, keeping what must be known of them.</summary>
public sealed class TokenDesk(TokenMinter minter, IOptions<AccessOptions> access, TimeProvider time)
{
    /// <summary>Whether tokens are signed here; else they come from the OIDC issuer.</summary>
    public bool CanIssue => access.Value.Keys.Count > 0;

    /// <summary>Whether a caller may issue and revoke tokens of a role: a service all, a dispatcher those of drivers and riders, so that no dispatcher can prolong itself.</summary>
    public static bool MayHandle(Role caller, Role role) => caller == Role.Service || (caller == Role.Dispatcher && role is Role.Driver or Role.Rider);

    /// <summary>Mints a token and puts what is kept of it into the caller's context, in its transaction if there is one.</summary>
    /// <param name="db">The caller's database context; saved here.</param>
    /// <param name="request">What for.</param>
    /// <param name="share">The share link that it will stand in.</param>
    /// <param name="issuer">The <c>sub</c> of who asked for it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">There is no key to sign with.</exception>
    public async Task<MintedToken> IssueAsync(RecordsDb db, TokenRequest request, string? share, string issuer, CancellationToken cancellationToken)
    {
        var minted = minter.Mint(request.Role, request.Subject, request.Trip, request.Ttl);
        db.Add(new IssuedToken
        {
            Jti = minted.Jti,
            Role = request.Role.ToWire(),
            Subject = request.Subject,
            Trip = request.Trip?.Value,
            Share = share,
            Created = Now(),
            Expires = minted.ExpiresAt,
            IssuedBy = issuer,
        });
        await db.SaveChangesAsync(cancellationToken);
        return minted;
    }

    // PostgreSQL keeps microseconds; cursors of lists are made of it.
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
