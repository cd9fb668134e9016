using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Records.Database;

namespace RideTracker.Records.Tokens;

/// <summary><c>/v1/tokens</c>: issues and lists tokens.</summary>
public static class TokensApi
{
    // A sub and a trip are far below it.
    private const int MaxBodyBytes = 8_192;

    public static RouteGroupBuilder MapTokensApi(this RouteGroupBuilder group)
    {
        var tokens = group.MapGroup("/tokens").RequireAuthorization(AccessPolicies.Staff).WithTags("tokens");
        tokens.MapPost("", IssueAsync)
            .WithName("issueToken").WithSummary("Issues a token. A service issues every role's, a dispatcher drivers' and riders'.")
            .Accepts<TokenBody>("application/json").Produces<TokenAnswer>().ProducesProblem(400).ProducesProblem(403).ProducesProblem(409);
        tokens.MapGet("", ListAsync)
            .WithName("listTokens").WithSummary("Lists what is known of tokens, oldest first, never the tokens themselves.").Produces<TokenPage>().ProducesProblem(400);
        return group;
    }

    private static async Task<IResult> IssueAsync(
        HttpContext context, TokenDesk desk, IDbContextFactory<RecordsDb> databases, IOptions<TokensOptions> options, CancellationToken cancellationToken)
    {
        var caller = context.GetCaller();
        if (!desk.CanIssue) return Problems.NoSigningKey.Result("Tokens come from the OIDC issuer of Access:Authority: there is no key here to sign with.");
        var (body, unreadable) = await ReadAsync(context, cancellationToken);
        if (unreadable is not null) return unreadable;
        using (body)
        {
            if (TokenRequest.Read(body!.RootElement, options.Value, out var request) is { } wrong) return Problems.MalformedBody.Result(wrong);
            if (!TokenDesk.MayHandle(caller.Role, request!.Role)) return Problems.Forbidden.Result($"role: a {caller.Role.ToWire()} may not issue a {request.Role.ToWire()}'s token.");
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            var minted = await desk.IssueAsync(db, request, share: null, caller.Subject, cancellationToken);
            context.Response.Headers.CacheControl = "no-store";
            return TypedResults.Ok(new TokenAnswer(minted.Token, minted.Jti, minted.ExpiresAt.ToUnixTimeMilliseconds()));
        }
    }

    private static async Task<IResult> ListAsync(
        string? role, string? sub, string? trip, string? after, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        if (role is not null && !Roles.TryParse(role, out _)) return Problems.InvalidParameter.Result("role must be one of driver, rider, dispatcher, service.");
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await TokenList.ReadAsync(db, role, sub, trip, after, cancellationToken) is { } page
            ? TypedResults.Ok(page)
            : Problems.InvalidParameter.Result("after must be the `next` of a page before.");
    }

    private static async Task<(JsonDocument? Body, IResult? Wrong)> ReadAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (context.Request.ContentLength > MaxBodyBytes) return (null, Problems.TooLarge.Result($"The body may have {MaxBodyBytes} bytes."));
        var buffer = new byte[MaxBodyBytes + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxBodyBytes) return (null, Problems.TooLarge.Result($"The body may have {MaxBodyBytes} bytes."));
        try
        {
            return (JsonDocument.Parse(buffer.AsMemory(0, length)), null);
        }
        catch (JsonException)
        {
            return (null, Problems.MalformedBody.Result("The body is no JSON."));
        }
    }
}

/// <summary>Body of <c>POST /v1/tokens</c>.</summary>
/// <param name="Role">driver, rider, dispatcher or service.</param>
/// <param name="Sub">Who holds it; for a driver its id.</param>
/// <param name="Trip">The one trip that a rider may see.</param>
/// <param name="Ttl">How long it is good, in seconds.</param>
public sealed record TokenBody(string Role, string Sub, string? Trip, int Ttl);

/// <summary>A new token.</summary>
/// <param name="Token">The signed token, a secret: shown this once.</param>
/// <param name="Jti">Its name, by which it is revoked.</param>
/// <param name="Expires">When it ends by itself (Unix ms).</param>
public sealed record TokenAnswer(string Token, string Jti, long Expires);
