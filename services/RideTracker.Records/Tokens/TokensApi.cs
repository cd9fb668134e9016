using System.ComponentModel;
using Microsoft.EntityFrameworkCore;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;
using RideTracker.Records.Api;
using RideTracker.Records.Database;
using RideTracker.Records.Trips;

namespace RideTracker.Records.Tokens;

/// <summary><c>/v1/tokens</c>: issues, lists and revokes tokens.</summary>
public static class TokensApi
{
    public static RouteGroupBuilder MapTokensApi(this RouteGroupBuilder group)
    {
        var tokens = group.MapGroup("/tokens").RequireAuthorization(AccessPolicies.Staff).WithTags("tokens");
        tokens.MapPost("", IssueAsync)
            .WithName("issueToken").WithSummary("Issues a token. A service issues every role's, a dispatcher drivers' and riders'. It is shown this once; asked again, another one is issued.")
            .WithExample("""{ "role": "driver", "sub": "d-17", "ttl": 3600 }""")
            .Produces<TokenAnswer>().WithProblems(403, 404, 409, 410);
        tokens.MapGet("", ListAsync)
            .WithName("listTokens").WithSummary("Lists what is known of tokens, oldest first; never the tokens themselves.")
            .Produces<Page<TokenView>>().WithProblems(400);
        tokens.MapDelete("/{jti}", RevokeAsync)
            .WithName("revokeToken").WithSummary("Revokes a token: it is refused from now on, and its open streams end within a second. Also one that was issued elsewhere (service only).")
            .Produces(204).WithProblems(400, 403);
        return group;
    }

    private static async Task<IResult> IssueAsync(
        JsonBody<TokenBody> body, HttpContext context, TokenDesk desk, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        if (body.Wrong is { } wrong) return wrong;
        var (asked, caller, errors) = (body.Value, context.GetCaller(), new FieldErrors());
        _ = Roles.TryParse(asked.Role, out var role);
        if (!TokenDesk.MayHandle(caller.Role, role)) return Problems.Forbidden.Result($"role: a {caller.Role.ToWire()} may not issue a {asked.Role}'s token.");
        TokenLimits.CheckTtl(errors, asked.Ttl, desk.MaxTtlSeconds(role));
        if (errors.Body() is { } tooLong) return tooLong;
        if (!desk.CanIssue) return NoKey();

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        TripId? trip = asked.Trip is null ? null : TripId.Parse(asked.Trip);
        if (trip is { } id && await RefuseAsync(db, id, cancellationToken) is { } refused) return refused;
        var minted = await desk.IssueAsync(db, role, asked.Sub!, trip, share: null, TimeSpan.FromSeconds(asked.Ttl!.Value), caller.Subject, cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new TokenAnswer(minted.Token, minted.Jti, minted.ExpiresAt.ToUnixTimeMilliseconds()), ApiJson.Options);
    }

    private static async Task<IResult> ListAsync(
        [Description("Only tokens of this role.")] string? role,
        [Description("Only tokens of this holder.")] string? sub,
        [Description("Only tokens for this trip.")] string? trip,
        [AsParameters] PageQuery page, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (role is not null && !Roles.TryParse(role, out _)) errors.Add("role", "must be one of driver, rider, dispatcher, service");
        errors.CheckText("sub", sub, TokenLimits.Text);
        if (trip is not null && !TripId.TryParse(trip, out _)) errors.Add("trip", "is no trip id");
        var (after, limit) = page.Read(errors);
        var (created, jti) = TokenPages.Read(after, errors);
        if (errors.Parameters() is { } wrong) return wrong;

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var tokens = db.Set<IssuedToken>().AsNoTracking();
        if (role is not null) tokens = tokens.Where(token => token.Role == role);
        if (sub is not null) tokens = tokens.Where(token => token.Subject == sub);
        if (trip is not null) tokens = tokens.Where(token => token.Trip == trip);
        if (jti is not null) tokens = tokens.Where(token => token.Created > created || (token.Created == created && string.Compare(token.Jti, jti) > 0));
        var read = await tokens.OrderBy(token => token.Created).ThenBy(token => token.Jti).Take(limit + 1).ToListAsync(cancellationToken);
        var found = Page<IssuedToken>.Of(read, limit, TokenPages.Key);
        return ApiAnswer.Of(new Page<TokenView>([.. found.Items.Select(TokenView.Of)], found.Next));
    }

    private static async Task<IResult> RevokeAsync(
        string jti,
        [Description("When the token ends by itself (Unix ms), where it was issued elsewhere and that is known; a year from now otherwise.")] long? expires,
        HttpContext context, TokenDesk desk, IDbContextFactory<RecordsDb> databases, TimeProvider time, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        errors.RequireText("jti", jti, TokenLimits.Text);
        var latest = time.GetUtcNow().AddYears(10);
        if (expires is { } ms && (ms < 0 || ms > latest.ToUnixTimeMilliseconds())) errors.Add("expires", "must be Unix milliseconds, ten years from now at the most");
        if (errors.Parameters() is { } wrong) return wrong;
        var caller = context.GetCaller();
        DateTimeOffset? end = expires is { } known ? DateTimeOffset.FromUnixTimeMilliseconds(known) : null;
        return await desk.RevokeAsync(databases, jti, caller, end, cancellationToken)
            ? TypedResults.NoContent()
            : Problems.Forbidden.Result($"A {caller.Role.ToWire()} may not revoke this token: it is a dispatcher's or a service's, or was issued elsewhere.");
    }

    internal static IResult NoKey() => Problems.NoSigningKey.Result("Tokens come from the OIDC issuer of Access:Authority: there is no key here to sign with.");

    /// <summary>Why no token can be issued for a trip; null: one can. A trip that ends meanwhile takes its tokens along, so nothing is locked.</summary>
    internal static async Task<IResult?> RefuseAsync(RecordsDb db, TripId trip, CancellationToken cancellationToken)
    {
        var row = await db.Set<TripRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == trip.Value, cancellationToken);
        if (row is null) return Problems.NotFound.Result($"trip: there is no trip {trip}.");
        return row.Status.IsOver() ? Problems.TripOver.Result($"trip: {trip} is over ({row.Status.ToWire()}), and its tokens ended with it.") : null;
    }
}
