using System.Text.Json;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;

namespace RideTracker.Records.Tokens;

/// <summary>What <c>POST /v1/tokens</c> is asked for.</summary>
/// <param name="Role">What the holder is to be.</param>
/// <param name="Subject">Who.</param>
/// <param name="Trip">The one trip that a rider may see.</param>
/// <param name="Ttl">How long it is to be good.</param>
public sealed record TokenRequest(Role Role, string Subject, TripId? Trip, TimeSpan Ttl)
{
    /// <summary>Reads the body's members.</summary>
    /// <param name="body">The body.</param>
    /// <param name="options">The limits.</param>
    /// <param name="request">What is asked for.</param>
    /// <returns>What is wrong, naming the field; null if nothing is.</returns>
    public static string? Read(JsonElement body, TokensOptions options, out TokenRequest? request)
    {
        request = null;
        if (body.ValueKind != JsonValueKind.Object) return "The body must be an object: role, sub, trip (riders only, optional) and ttl.";
        if (!Roles.TryParse(Text(body, "role"), out var role)) return "role must be one of driver, rider, dispatcher, service.";
        var subject = Text(body, "sub");
        if (role == Role.Driver && !DriverId.TryParse(subject, out _)) return "sub must be a driver id: 1 to 64 characters of A-Z a-z 0-9 . _ - ~ @ +.";
        if (subject is not { Length: > 0 and <= TokenLimits.Text } || subject.Any(char.IsControl)) return $"sub must be 1 to {TokenLimits.Text} characters, none of them a control character.";
        TripId? trip = null;
        if (body.TryGetProperty("trip", out var tripMember) && tripMember.ValueKind != JsonValueKind.Null)
        {
            if (role != Role.Rider) return $"trip is for riders: a {role.ToWire()} has none.";
            if (!TripId.TryParse(Text(body, "trip"), out var id)) return "trip must be a trip id: 1 to 64 characters of A-Z a-z 0-9 . _ - ~ @ +.";
            trip = id;
        }

        if (ReadTtl(body, role == Role.Rider ? options.MaxRiderTtlSeconds : options.MaxTtlSeconds, out var ttl) is { } wrong) return wrong;
        request = new TokenRequest(role, subject, trip, ttl);
        return null;
    }

    /// <summary>Reads <c>ttl</c>, whole seconds from now.</summary>
    /// <returns>What is wrong, naming the field; null if nothing is.</returns>
    public static string? ReadTtl(JsonElement body, int maxSeconds, out TimeSpan ttl)
    {
        ttl = default;
        if (!body.TryGetProperty("ttl", out var member) || member.ValueKind != JsonValueKind.Number || !member.TryGetInt32(out var seconds) || seconds < 1 || seconds > maxSeconds)
            return FormattableString.Invariant($"ttl must be 1 to {maxSeconds} (whole seconds).");
        ttl = TimeSpan.FromSeconds(seconds);
        return null;
    }

    private static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
