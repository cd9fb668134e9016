namespace RideTracker.Client.Records;

/// <summary>A trip as Records keeps it: what a client needs of it.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Status">The wire's word, see <see cref="Protocol.Trips.TripStatuses"/>.</param>
/// <param name="Version">Counts its changes.</param>
/// <param name="Driver">Who drives it; null while nobody does.</param>
/// <param name="Queued">Whether it waits behind the driver's active trip.</param>
public sealed record RecordedTrip(string Id, string Status, int Version, string? Driver = null, bool Queued = false);

/// <summary>A token as its issuer hands it out.</summary>
/// <param name="Token">The signed token: a secret.</param>
/// <param name="Jti">Its name, by which it can be revoked.</param>
/// <param name="Expires">Unix time in milliseconds.</param>
public sealed record IssuedToken(string Token, string Jti, long Expires);
