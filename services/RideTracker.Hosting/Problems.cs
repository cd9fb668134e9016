namespace RideTracker.Hosting;

/// <summary>Every kind of error that a node answers with. The words are part of the wire contract.</summary>
public static class Problems
{
    public static Problem NoSigningKey { get; } = new("no-signing-key", 409, "Tokens are not signed here.");

    public static Problem Unauthorized { get; } = new("unauthorized", 401, "A valid bearer token is needed.");

    public static Problem Forbidden { get; } = new("forbidden", 403, "The token does not allow this.");

    public static Problem NotFound { get; } = new("not-found", 404, "There is no such thing, or not for this token.");

    public static Problem MethodNotAllowed { get; } = new("method-not-allowed", 405, "The resource has no such method.");

    public static Problem NotAcceptable { get; } = new("not-acceptable", 406, "None of the media types asked for can be had here.");

    public static Problem TripOver { get; } = new("trip-over", 410, "The trip is over.");

    public static Problem TooMany { get; } = new("too-many", 409, "There are as many of them as there may be.");

    public static Problem VersionConflict { get; } = new("version-conflict", 409, "It was changed in the meantime.");

    public static Problem IllegalMove { get; } = new("illegal-move", 409, "The status does not allow this.");

    public static Problem DriverUnavailable { get; } = new("driver-unavailable", 409, "The driver can't take the trip, or can't leave it.");

    public static Problem IdempotencyKeyReused { get; } = new("idempotency-key-reused", 422, "The Idempotency-Key was used for another request.");

    public static Problem MalformedBody { get; } = new("malformed-body", 400, "The body can't be read.");

    public static Problem InvalidParameter { get; } = new("invalid-parameter", 400, "A parameter is missing or out of its range.");

    public static Problem ViewportTooLarge { get; } = new("viewport-too-large", 400, "The viewport is larger than this token may watch.");

    public static Problem TooLarge { get; } = new("too-large", 413, "The body or the report is too large.");

    public static Problem UnsupportedMediaType { get; } = new("unsupported-media-type", 415, "The body's media type is not one that is read here.");

    public static Problem UpgradeRequired { get; } = new("upgrade-required", 426, "This address is for WebSockets.");

    public static Problem RateLimited { get; } = new("rate-limited", 429, "Too much at once.");

    public static Problem HubUnavailable { get; } = new("hub-unavailable", 503, "The hub can't be reached now.");

    public static Problem DatabaseUnavailable { get; } = new("database-unavailable", 503, "The database can't be reached now.");

    public static Problem HubFull { get; } = new("hub-full", 503, "The history has no room now.");

    public static Problem Internal { get; } = new("internal", 500, "The server failed.");

    public static Problem Overloaded { get; } = new("overloaded", 503, "This node is full.");

    public static Problem Draining { get; } = new("draining", 503, "This node is going away.");
}
