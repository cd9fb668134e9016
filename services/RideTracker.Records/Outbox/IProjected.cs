using System.Text.Json;
using RideTracker.Protocol.Hub;
using RideTracker.Records.Database;

namespace RideTracker.Records.Outbox;

/// <summary>
/// A kind of thing whose truth is in the database and whose picture is in the hub. Each write is whole and idempotent: it reads what is true now, and repeating it
/// leaves the same. One writer at a time: the outbox and the rebuilding both hold <see cref="OutboxLock"/>.
/// </summary>
public interface IProjected
{
    /// <summary>Its word in the outbox, such as <c>trip</c>.</summary>
    string Kind { get; }

    /// <summary>Writes one thing into the hub as it is now; nothing where it is no more.</summary>
    /// <param name="db">Reads what is true; read without tracking, change nothing.</param>
    /// <param name="key">Which.</param>
    /// <param name="data">What the outbox row says besides; null in a rebuilding.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HubUnavailableException">The hub is away: it is tried again.</exception>
    Task ProjectAsync(RecordsDb db, string key, JsonElement? data, CancellationToken cancellationToken);

    /// <summary>For a rebuilding: the keys of all that the hub must know, some at a time and in a fixed order.</summary>
    /// <param name="after">The last one of the call before; null in the first.</param>
    /// <param name="limit">How many at the most. Fewer: there are no more.</param>
    Task<IReadOnlyList<string>> KeysAsync(RecordsDb db, string? after, int limit, CancellationToken cancellationToken);
}
