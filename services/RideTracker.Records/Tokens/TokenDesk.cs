using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Records.Database;
using RideTracker.Records.Outbox;

namespace RideTracker.Records.Tokens;

/// <summary>Issues and revokes tokens, keeping what must be known of them.</summary>
public sealed class TokenDesk(TokenMinter minter, OutboxWriter outbox, IOptions<AccessOptions> access, IOptions<TokensOptions> options, TimeProvider time)
{
    /// <summary>Whether tokens are signed here; else they come from the OIDC issuer.</summary>
    public bool CanIssue => access.Value.Keys.Count > 0;

    /// <summary>Whether a caller may issue and revoke tokens of a role: a service all, a dispatcher those of drivers and riders, so that no dispatcher can prolong itself.</summary>
    public static bool MayHandle(Role caller, Role role) => caller == Role.Service || (caller == Role.Dispatcher && role is Role.Driver or Role.Rider);

    /// <summary>Longest life of a role's token.</summary>
    public int MaxTtlSeconds(Role role) => role == Role.Rider ? options.Value.MaxRiderTtlSeconds : options.Value.MaxTtlSeconds;

    /// <summary>Mints a token and keeps what must be known of it.</summary>
    /// <param name="db">Saved here, in the caller's transaction if there is one.</param>
    /// <param name="role">What its holder is.</param>
    /// <param name="subject">Who.</param>
    /// <param name="trip">The one trip that a rider may see.</param>
    /// <param name="share">The share link that it will stand in.</param>
    /// <param name="ttl">How long it is good.</param>
    /// <param name="issuer">The <c>sub</c> of who asked for it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">There is no key to sign with.</exception>
    public async Task<MintedToken> IssueAsync(
        RecordsDb db, Role role, string subject, TripId? trip, string? share, TimeSpan ttl, string issuer, CancellationToken cancellationToken)
    {
        var minted = minter.Mint(role, subject, trip, ttl);
        db.Add(new IssuedToken
        {
            Jti = minted.Jti,
            Role = role.ToWire(),
            Subject = subject,
            Trip = trip?.Value,
            Share = share,
            Created = Now(),
            Expires = minted.ExpiresAt,
            IssuedBy = issuer,
        });
        await db.SaveChangesAsync(cancellationToken);
        return minted;
    }

    /// <summary>Revokes a token, once however often it is asked. The nodes hear of it through the outbox: a second at the most while Redis is there, and as soon as it is back otherwise.</summary>
    /// <param name="databases">Where it is kept.</param>
    /// <param name="jti">Its name.</param>
    /// <param name="caller">Who revokes it.</param>
    /// <param name="expires">When it ends by itself, where it was not issued here and the caller knows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False: the caller may not handle tokens of that role, or of a role that is not known here.</returns>
    public async Task<bool> RevokeAsync(IDbContextFactory<RecordsDb> databases, string jti, Caller caller, DateTimeOffset? expires, CancellationToken cancellationToken)
    {
        for (var again = false; ; again = true)
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            var token = await db.Set<IssuedToken>().FindAsync([jti], cancellationToken);
            var handles = Roles.TryParse(token?.Role, out var role) ? MayHandle(caller.Role, role) : caller.Role == Role.Service;
            if (!handles) return false;
            if (token is { Revoked: not null }) return true;
            if (token is null) db.Add(token = new IssuedToken { Jti = jti, Created = Now(), Expires = expires ?? Now().AddSeconds(options.Value.MaxTtlSeconds) });
            Revoke(db, token, caller.Subject);
            try
            {
                await db.SaveChangesAsync(cancellationToken);
                outbox.Wake();
                return true;
            }
            catch (DbUpdateException) when (!again)
            {
                // Two revoked the same unknown token at once: the other one's row is there now.
                continue;
            }
        }
    }

    /// <summary>Marks a token as revoked and has the hub told of it, by the context's next SaveChanges; call <see cref="OutboxWriter.Wake"/> after the commit.</summary>
    internal void Revoke(RecordsDb db, IssuedToken token, string by)
    {
        token.Revoked = Now();
        token.RevokedBy = by;
        outbox.Add(db, RevokedTokens.Word, token.Jti);
    }

    // PostgreSQL keeps microseconds; cursors of lists are made of it.
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
