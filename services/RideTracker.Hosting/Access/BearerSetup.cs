using System.Collections.Frozen;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace RideTracker.Hosting.Access;

/// <summary>Makes the framework's bearer scheme check tokens as <see cref="AccessOptions"/> says, and answer refusals as problems.</summary>
internal sealed class BearerSetup(IOptions<AccessOptions> access, Revocations revocations, TimeProvider time) : IConfigureNamedOptions<JwtBearerOptions>
{
    // protocol.md section 3: a token that expired with its trip is told so for 24 h.
    private static readonly TimeSpan RecognisedAfterExpiry = TimeSpan.FromHours(24);

    private static readonly FrozenDictionary<Role, ClaimsPrincipal> ByRole = Enum.GetValues<Role>().ToFrozenDictionary(
        role => role,
        role => new ClaimsPrincipal(new ClaimsIdentity([new Claim("role", role.ToWire())], JwtBearerDefaults.AuthenticationScheme, "sub", "role")));

    private static readonly string[] IssuerAlgorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    public void Configure(JwtBearerOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, JwtBearerOptions options)
    {
        if (name != JwtBearerDefaults.AuthenticationScheme) return;
        var settings = access.Value;
        var ownKeys = settings.Keys.Count > 0;
        options.MapInboundClaims = false;
        options.SaveToken = false;
        options.TimeProvider = time;
        options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAlgorithms = ownKeys ? [SecurityAlgorithms.HmacSha256] : IssuerAlgorithms,
            IssuerSigningKeys = settings.Keys.Select(key => new SymmetricSecurityKey(Convert.FromBase64String(key))),
            // Keys have no id: each is tried.
            TryAllIssuerSigningKeys = ownKeys,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ValidateIssuer = !ownKeys || settings.Issuer is not null,
            ValidIssuer = settings.Issuer,
            ValidateAudience = !ownKeys || settings.Audience is not null,
            ValidAudience = settings.Audience,
            NameClaimType = "sub",
            RoleClaimType = "role",
            LifetimeValidator = (notBefore, expires, _, _) => IsWithinLifetime(notBefore, expires),
        };
        if (!ownKeys)
        {
            options.Authority = settings.Authority;
            options.RequireHttpsMetadata = !new Uri(settings.Authority!).IsLoopback;
        }

        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = TakeFromQuery,
            OnTokenValidated = Admit,
            OnChallenge = Challenge,
            OnForbidden = context =>
            {
                context.Response.Headers.WWWAuthenticate = "Bearer error=\"insufficient_scope\"";
                return Problems.Forbidden.WriteAsync(context.HttpContext, "The token's role or scope does not allow this.");
            },
        };
    }

    private bool IsWithinLifetime(DateTime? notBefore, DateTime? expires)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return expires is { } end && now - end < RecognisedAfterExpiry && (notBefore is not { } start || start - now <= access.Value.ClockSkew);
    }

    // EventSource and browser WebSockets can't set a header.
    private static Task TakeFromQuery(MessageReceivedContext context)
    {
        if (context.Request.Headers.Authorization.Count == 0 && context.Request.Query.TryGetValue("access_token", out var tokens) && tokens.Count == 1)
            context.Token = tokens[0];
        return Task.CompletedTask;
    }

    private Task Admit(TokenValidatedContext context)
    {
        if (Caller.Read(context.Principal!, time.GetUtcNow(), out var caller) is { } error)
        {
            Refuse(context, error);
        }
        else if (revocations.IsRevoked(caller.Jti))
        {
            Refuse(context, "The token was revoked.");
        }
        else
        {
            context.HttpContext.SetCaller(in caller);
            // All that policies ask for. A stream is open for hours, and the token with its claims would weigh as much as the rest of it.
            context.Principal = ByRole[caller.Role];
            if (caller.Expired) Refuse(context, "The token expired.");
        }

        return Task.CompletedTask;
    }

    private static void Refuse(TokenValidatedContext context, string reason) => context.Fail(new TokenRefusedException(reason));

    private static Task Challenge(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        // Only sentences of our own: the validator's messages may quote parts of the token.
        var (error, detail) = context.AuthenticateFailure switch
        {
            null => ("", "Send the token as `Authorization: Bearer`, or as `access_token` in the query string."),
            TokenRefusedException refused => (" error=\"invalid_token\"", refused.Message),
            SecurityTokenInvalidLifetimeException or SecurityTokenNoExpirationException => (" error=\"invalid_token\"", "The token's exp or nbf is missing, long past or in the future."),
            SecurityTokenInvalidAudienceException => (" error=\"invalid_token\"", "The token's aud is another."),
            SecurityTokenInvalidIssuerException => (" error=\"invalid_token\"", "The token's iss is another."),
            _ => (" error=\"invalid_token\"", "The token's signature or form is not valid."),
        };
        context.Response.Headers.WWWAuthenticate = "Bearer" + error;
        return Problems.Unauthorized.WriteAsync(context.HttpContext, detail);
    }

    /// <summary>Why a token with a good signature was refused, in words for its holder.</summary>
    private sealed class TokenRefusedException(string message) : Exception(message);
}
