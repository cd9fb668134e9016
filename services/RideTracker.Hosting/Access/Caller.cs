using System.Security.Claims;
using RideTracker.Protocol;

namespace RideTracker.Hosting.Access;

/// <summary>Who sent a request, as its token says.</summary>
/// <param name="Subject">Claim <c>sub</c>; for a driver its <see cref="DriverId"/>.</param>
/// <param name="Role">Claim <c>role</c>.</param>
/// <param name="Trip">Claim <c>trip</c>: the one trip that a rider may see.</param>
/// <param name="ExpiresAt">Claim <c>exp</c>: streams end then.</param>
/// <param name="Jti">Claim <c>jti</c>, by which the token can be revoked; empty if it has none.</param>
/// <param name="Expired">The token was good and is no longer: see <see cref="CallerExtensions.GetExpiredCaller"/>.</param>
public readonly record struct Caller(string Subject, Role Role, TripId? Trip, DateTimeOffset ExpiresAt, string Jti, bool Expired)
{
    private const int MaxTextLength = 256;

    /// <summary>The driver that this is.</summary>
    /// <exception cref="InvalidOperationException">The role is another.</exception>
    public DriverId AsDriver() => Role == Role.Driver
        ? DriverId.Parse(Subject)
        : throw new InvalidOperationException($"A {Role.ToWire()} is no driver.");

    /// <summary>Reads the claims of a token whose signature and times were checked.</summary>
    /// <param name="claims">The token's claims under their own names.</param>
    /// <param name="now">The server's clock.</param>
    /// <param name="caller">Who it is.</param>
    /// <returns>What is wrong with the claims, for the holder's eyes; null if nothing is.</returns>
    internal static string? Read(ClaimsPrincipal claims, DateTimeOffset now, out Caller caller)
    {
        caller = default;
        var subject = claims.FindFirstValue("sub");
        if (subject is not { Length: > 0 and <= MaxTextLength }) return "The token's sub is missing or too long.";
        if (!Roles.TryParse(claims.FindFirstValue("role"), out var role)) return "The token's role is none of driver, rider, dispatcher, service.";
        if (role == Role.Driver && !DriverId.TryParse(subject, out _)) return "The token's sub is no driver id.";
        TripId? trip = null;
        if (claims.FindFirstValue("trip") is { } tripText)
        {
            if (!TripId.TryParse(tripText, out var id)) return "The token's trip is no trip id.";
            trip = id;
        }

        // A jti too long to be remembered could not be revoked.
        var jti = claims.FindFirstValue("jti") ?? "";
        if (jti.Length > MaxTextLength) return "The token's jti is too long.";
        // exp is a NumericDate; the handler has checked that there is one, some issuers write decimals.
        if (!double.TryParse(claims.FindFirstValue("exp"), System.Globalization.CultureInfo.InvariantCulture, out var seconds) || seconds is not (> 0 and < 1e11))
            return "The token's exp is out of range.";
        var expiresAt = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        caller = new Caller(subject, role, trip, expiresAt, jti, Expired: expiresAt <= now);
        return null;
    }
}

/// <summary>Finds the caller of a request.</summary>
public static class CallerExtensions
{
    /// <summary>Who sent the request. Endpoints behind a policy always have one.</summary>
    /// <exception cref="InvalidOperationException">The request had no valid token.</exception>
    public static Caller GetCaller(this HttpContext context) =>
        context.TryGetCaller(out var caller) ? caller : throw new InvalidOperationException("The request has no caller: the endpoint needs an authorization policy.");

    /// <summary>Who sent the request; false if it had no valid token.</summary>
    public static bool TryGetCaller(this HttpContext context, out Caller caller)
    {
        var feature = context.Features.Get<CallerFeature>();
        caller = feature?.Caller ?? default;
        return feature is { Caller.Expired: false };
    }

    /// <summary>
    /// Whose token it was, where it was good and expired in the last 24 h: a further connect to a trip that is over is told so (SSE 204, else 410).
    /// Such a request is anonymous otherwise: every policy answers it with 401.
    /// </summary>
    public static Caller? GetExpiredCaller(this HttpContext context) =>
        context.Features.Get<CallerFeature>() is { Caller: { Expired: true } caller } ? caller : null;

    internal static void SetCaller(this HttpContext context, in Caller caller) => context.Features.Set(new CallerFeature(caller));

    private sealed record CallerFeature(Caller Caller);
}
