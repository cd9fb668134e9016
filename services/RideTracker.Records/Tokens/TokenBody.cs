using System.ComponentModel;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Records.Api;
using CallerRole = RideTracker.Hosting.Access.Role;

namespace RideTracker.Records.Tokens;

/// <summary>Body of <c>POST /v1/tokens</c>.</summary>
public sealed record TokenBody : ICheckedBody
{
    public static int MaxBytes => 8_192;

    [Description("driver, rider, dispatcher or service.")]
    public string? Role { get; init; }

    [Description("Who holds it; for a driver its id.")]
    public string? Sub { get; init; }

    [Description("The one trip that a rider may see. Riders only.")]
    public string? Trip { get; init; }

    [Description("How long it is good, in whole seconds.")]
    public int? Ttl { get; init; }

    public void Check(FieldErrors errors)
    {
        if (errors.Require("role", Role) && !Roles.TryParse(Role, out _)) errors.Add("role", "must be one of driver, rider, dispatcher, service");
        errors.RequireText("sub", Sub, TokenLimits.Text);
        if (Role == CallerRole.Driver.ToWire() && Sub is not null && !DriverId.TryParse(Sub, out _)) errors.Add("sub", "must be a driver id: 1 to 64 characters of A-Z a-z 0-9 . _ - ~ @ +");
        if (Trip is not null && Role != CallerRole.Rider.ToWire()) errors.Add("trip", "is for riders only");
        else if (Trip is not null && !TripId.TryParse(Trip, out _)) errors.Add("trip", "must be a trip id: 1 to 64 characters of A-Z a-z 0-9 . _ - ~ @ +");
        TokenLimits.CheckTtl(errors, Ttl, int.MaxValue);
    }
}

/// <summary>A new token.</summary>
/// <param name="Token">The signed token, a secret: shown this once.</param>
/// <param name="Jti">Its name, by which it is revoked.</param>
/// <param name="Expires">When it ends by itself (Unix ms).</param>
public sealed record TokenAnswer(string Token, string Jti, long Expires);

/// <summary>What lists say of a token. Times are Unix ms.</summary>
/// <param name="Jti">Its name.</param>
/// <param name="Role">What its holder is; absent where it was issued elsewhere.</param>
/// <param name="Sub">Who holds it; absent where it was issued elsewhere.</param>
/// <param name="Trip">The one trip that it is for, and ends with.</param>
/// <param name="Share">The share link that it stands in.</param>
/// <param name="Created">When it was issued, or first heard of.</param>
/// <param name="Expires">When it ends by itself.</param>
/// <param name="Revoked">When it was revoked; absent if it was not.</param>
/// <param name="IssuedBy">Who had it issued.</param>
/// <param name="RevokedBy">Who revoked it.</param>
public sealed record TokenView(
    string Jti, string? Role, string? Sub, string? Trip, string? Share, long Created, long Expires, long? Revoked, string? IssuedBy, string? RevokedBy)
{
    internal static TokenView Of(IssuedToken token) => new(
        token.Jti, token.Role, token.Subject, token.Trip, token.Share, token.Created.ToUnixTimeMilliseconds(), token.Expires.ToUnixTimeMilliseconds(),
        token.Revoked?.ToUnixTimeMilliseconds(), token.IssuedBy, token.RevokedBy);
}
