using RideTracker.Protocol.Trips;

namespace RideTracker.Client;

/// <summary>Why a <see cref="RiderConnection{TState}"/> is over.</summary>
public enum RiderEndReason
{
    TripComplete,

    TripCanceled,

    /// <summary>The trip is over, and the server could not say how.</summary>
    TripOver,

    /// <summary>The token ran out, and the token factory had no other.</summary>
    TokenExpired,

    TokenRevoked,

    /// <summary>The server does not accept the token (401), nor the one that followed it.</summary>
    Unauthorized,

    /// <summary>The token's role or trip does not allow this (403).</summary>
    Forbidden,

    /// <summary>There is no such thing, or not for this token (404).</summary>
    NotFound,

    /// <summary>The server will not have this request: another 4xx, or close code 1008 or 1009.</summary>
    Refused,

    /// <summary>The connection was disposed of.</summary>
    Closed,
}

/// <summary>How a watch ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Status">The trip's final status, where the server told it.</param>
/// <param name="Detail">The server's own words, for people.</param>
public sealed record RiderEnd(RiderEndReason Reason, TripStatus? Status = null, string? Detail = null)
{
    /// <summary>Whether this is how watches are meant to end: with the trip, or by the caller.</summary>
    public bool IsPeaceful => Reason is RiderEndReason.TripComplete or RiderEndReason.TripCanceled or RiderEndReason.TripOver or RiderEndReason.Closed;
}

/// <summary>The watch ended otherwise than with its trip or by the caller: <see cref="End"/> says why.</summary>
public sealed class RiderEndedException(RiderEnd end)
    : Exception(end.Detail is null ? $"The watch ended: {end.Reason}." : $"The watch ended: {end.Reason} ({end.Detail}).")
{
    public RiderEnd End { get; } = end;
}
