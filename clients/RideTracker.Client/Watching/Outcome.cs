using System.Net;
using System.Text.Json;
using RideTracker.Protocol.Trips;

namespace RideTracker.Client.Watching;

/// <summary>What one connection came to.</summary>
internal enum OutcomeKind
{
    /// <summary>The watch is over.</summary>
    End,

    /// <summary>The token was refused or ran out.</summary>
    Token,

    /// <summary>Could not be opened: this strategy may not work here.</summary>
    Unreachable,

    /// <summary>Was open and said nothing for longer than it may.</summary>
    Silent,

    /// <summary>Was open and broke, or was closed without an <c>end</c>.</summary>
    Dropped,

    /// <summary>The server asks to come back later: drain, overload, 429, 503.</summary>
    Told,

    /// <summary>Come back at once with the cursor.</summary>
    AtOnce,

    /// <summary>A poll works here, and a better strategy is worth another try.</summary>
    Climb,
}

/// <summary>The one result of every connection, and how the words of the protocol (status, close code, end reason) say it.</summary>
/// <param name="Kind">What it came to.</param>
/// <param name="Retry">The delay that the server named, if it did.</param>
/// <param name="Ended">For <see cref="OutcomeKind.End"/> how the watch ends; for <see cref="OutcomeKind.Token"/> how it does if there is no other token.</param>
/// <param name="Why">What went wrong, for people.</param>
internal sealed record Outcome(OutcomeKind Kind, TimeSpan? Retry = null, RiderEnd? Ended = null, string? Why = null)
{
    private const int PolicyViolation = 1008;
    private const int TooBig = 1009;
    private const int GoingAway = 1001;
    private const int TryAgainLater = 1013;
    private const int BadToken = 4401;
    private const int NotAllowed = 4403;
    private const int TooSlow = 4408;

    public static Outcome AtOnce { get; } = new(OutcomeKind.AtOnce);

    public static Outcome Climb { get; } = new(OutcomeKind.Climb);

    public static Outcome End(RiderEndReason reason, string? detail = null) => new(OutcomeKind.End, Ended: new RiderEnd(reason, StatusOf(reason), detail));

    public static Outcome Token(RiderEndReason reason, string? detail = null) => new(OutcomeKind.Token, Ended: new RiderEnd(reason, null, detail), Why: detail);

    public static Outcome Unreachable(string why) => new(OutcomeKind.Unreachable, Why: why);

    public static Outcome Silent() => new(OutcomeKind.Silent, Why: "The server said nothing for longer than it may.");

    public static Outcome Dropped(TimeSpan? retry = null, string? why = null) => new(OutcomeKind.Dropped, retry, Why: why);

    public static Outcome Told(TimeSpan? retry, string? why = null) => new(OutcomeKind.Told, retry, Why: why);

    /// <summary>The <c>end</c> of a stream.</summary>
    public static Outcome OfEnd(string? reason) => reason == "token-expired"
        ? Token(RiderEndReason.TokenExpired, reason)
        : Final(reason) is { } final ? End(final) : End(RiderEndReason.Refused, reason);

    /// <summary>A status other than 200 and 304.</summary>
    /// <param name="problem">The body, if it is a problem.</param>
    public static Outcome OfStatus(HttpStatusCode status, TimeSpan? retry, JsonElement? problem)
    {
        var detail = Text(problem, "detail");
        switch ((int)status)
        {
            case 401:
                return Token(RiderEndReason.Unauthorized, detail);
            case 403:
                return End(Text(problem, "type")?.Contains("revoked", StringComparison.Ordinal) == true ? RiderEndReason.TokenRevoked : RiderEndReason.Forbidden, detail);
            case 404:
                return End(RiderEndReason.NotFound, detail);
            case 410:
                // The trip's word stands in `status`; RFC 9457 keeps that for a number, so it is looked for by its value.
                return Text(problem, "status") switch
                {
                    "complete" => End(RiderEndReason.TripComplete),
                    "canceled" => End(RiderEndReason.TripCanceled),
                    _ => End(RiderEndReason.TripOver),
                };
            case 429 or 503:
                return Told(retry, detail ?? $"The server answered {(int)status}.");
            // These are about the strategy, or pass; any other 4xx says that the same request can't succeed.
            case 406 or 408 or 426 or >= 500 or < 400:
                return Unreachable(detail ?? $"The server answered {(int)status}.");
            default:
                return End(RiderEndReason.Refused, detail);
        }
    }

    /// <summary>A WebSocket's close, by the table of protocol.md section 3.</summary>
    /// <param name="drain">The delay of a <c>drain</c> before it.</param>
    public static Outcome OfClose(int? code, string? reason, TimeSpan? drain)
    {
        var why = $"The server closed the connection: {code} {reason}".TrimEnd();
        return code switch
        {
            1000 when Final(reason) is { } final => End(final),
            1000 => Dropped(why: why),
            PolicyViolation or TooBig => End(RiderEndReason.Refused, reason),
            NotAllowed => End(reason == "token-revoked" ? RiderEndReason.TokenRevoked : RiderEndReason.Forbidden, reason),
            BadToken => Token(reason == "token-expired" ? RiderEndReason.TokenExpired : RiderEndReason.Unauthorized, reason),
            GoingAway or TryAgainLater => Told(drain, why),
            TooSlow => AtOnce,
            _ => drain is null ? Dropped(why: why) : Told(drain, why),
        };
    }

    private static RiderEndReason? Final(string? reason) => reason switch
    {
        "trip-complete" => RiderEndReason.TripComplete,
        "trip-canceled" => RiderEndReason.TripCanceled,
        "token-revoked" => RiderEndReason.TokenRevoked,
        _ => null,
    };

    private static TripStatus? StatusOf(RiderEndReason reason) => reason switch
    {
        RiderEndReason.TripComplete => TripStatus.Complete,
        RiderEndReason.TripCanceled => TripStatus.Canceled,
        _ => null,
    };

    private static string? Text(JsonElement? problem, string name) =>
        problem is { ValueKind: JsonValueKind.Object } && problem.Value.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
