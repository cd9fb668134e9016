using System.Buffers.Text;
using System.ComponentModel;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Records.Api;
using RideTracker.Records.Database;
using RideTracker.Records.Trips;

namespace RideTracker.Records.Tokens;

/// <summary><c>/v1/trips/{id}/share</c>: links that open the web map on a trip, for whoever has one.</summary>
public static class SharesApi
{
    private const int RandomBytes = 9;

    public static RouteGroupBuilder MapSharesApi(this RouteGroupBuilder group)
    {
        var shares = group.MapGroup("/trips/{id}/share").RequireAuthorization(AccessPolicies.Staff).WithTags("shares");
        shares.MapPost("", ShareAsync)
            .WithName("shareTrip").WithSummary("Makes a link that shows the trip on the web map, without an account, until it ends. It is shown this once; asked again, another one is made.")
            .WithExample("""{ "ttl": 3600 }""")
            .Produces<ShareAnswer>(201).WithProblems(404, 409, 410);
        shares.MapGet("", ListAsync)
            .WithName("listShares").WithSummary("Lists the trip's links, oldest first; never their tokens.")
            .Produces<Page<ShareView>>().WithProblems(400, 404);
        shares.MapDelete("/{share}", RevokeAsync)
            .WithName("revokeShare").WithSummary("Revokes a link: whoever watches by it is cut off within a second.")
            .Produces(204).WithProblems(404);
        return group;
    }

    private static async Task<IResult> ShareAsync(
        string id, JsonBody<ShareBody> body, HttpContext context, TokenDesk desk, IOptions<TokensOptions> options, IDbContextFactory<RecordsDb> databases,
        CancellationToken cancellationToken)
    {
        if (body.Wrong is { } wrong) return wrong;
        if (!TripId.TryParse(id, out var trip)) return NoTrip();
        var errors = new FieldErrors();
        TokenLimits.CheckTtl(errors, body.Value.Ttl, options.Value.MaxRiderTtlSeconds);
        if (errors.Body() is { } tooLong) return tooLong;
        if (!desk.CanIssue) return TokensApi.NoKey();

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await TokensApi.RefuseAsync(db, trip, cancellationToken) is { } refused) return refused;
        var share = "s_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        // Whoever has the link is nobody in particular: the holder is the link.
        var minted = await desk.IssueAsync(db, Role.Rider, share, trip, share, TimeSpan.FromSeconds(body.Value.Ttl!.Value), context.GetCaller().Subject, cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        // In the fragment, which no browser sends to a server: so the token stands in no log on the way.
        var url = $"{options.Value.PublicUrl.TrimEnd('/')}/t/#{minted.Token}";
        return TypedResults.Json(
            new ShareAnswer(share, minted.Token, url, minted.ExpiresAt.ToUnixTimeMilliseconds()), ApiJson.Options, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(string id, [AsParameters] PageQuery page, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var (after, limit) = page.Read(errors);
        var (created, jti) = TokenPages.Read(after, errors);
        if (errors.Parameters() is { } wrong) return wrong;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (!await db.Set<TripRow>().AnyAsync(trip => trip.Id == id, cancellationToken)) return NoTrip();
        var tokens = db.Set<IssuedToken>().AsNoTracking().Where(token => token.Trip == id && token.Share != null);
        if (jti is not null) tokens = tokens.Where(token => token.Created > created || (token.Created == created && string.Compare(token.Jti, jti) > 0));
        var read = await tokens.OrderBy(token => token.Created).ThenBy(token => token.Jti).Take(limit + 1).ToListAsync(cancellationToken);
        var found = Page<IssuedToken>.Of(read, limit, TokenPages.Key);
        return ApiAnswer.Of(new Page<ShareView>([.. found.Items.Select(ShareView.Of)], found.Next));
    }

    private static async Task<IResult> RevokeAsync(
        string id, string share, HttpContext context, TokenDesk desk, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        string? jti;
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
            jti = await db.Set<IssuedToken>().Where(token => token.Trip == id && token.Share == share).Select(token => token.Jti).SingleOrDefaultAsync(cancellationToken);
        if (jti is null) return Problems.NotFound.Result("share: this trip has no such link.");
        await desk.RevokeAsync(databases, jti, context.GetCaller(), null, cancellationToken);
        return TypedResults.NoContent();
    }

    private static IResult NoTrip() => Problems.NotFound.Result("id: there is no such trip.");
}

/// <summary>Body of <c>POST /v1/trips/{id}/share</c>.</summary>
public sealed record ShareBody : ICheckedBody
{
    public static int MaxBytes => 1_024;

    [Description("How long the link is good, in whole seconds; it ends with the trip in any case.")]
    public int? Ttl { get; init; }

    public void Check(FieldErrors errors) => TokenLimits.CheckTtl(errors, Ttl, int.MaxValue);
}

/// <summary>A new link.</summary>
/// <param name="Share">Its name, by which it is revoked.</param>
/// <param name="Token">The rider's token in it, a secret: shown this once.</param>
/// <param name="Url">The link.</param>
/// <param name="Expires">When it ends by itself (Unix ms).</param>
public sealed record ShareAnswer(string Share, string Token, string Url, long Expires);

/// <summary>What lists say of a link. Times are Unix ms.</summary>
/// <param name="Share">Its name.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">When it ends by itself.</param>
/// <param name="Revoked">When it was revoked; absent if it was not.</param>
public sealed record ShareView(string Share, long Created, long Expires, long? Revoked)
{
    internal static ShareView Of(IssuedToken token) =>
        new(token.Share!, token.Created.ToUnixTimeMilliseconds(), token.Expires.ToUnixTimeMilliseconds(), token.Revoked?.ToUnixTimeMilliseconds());
}
