using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol.Hub;
using RideTracker.Records.Database;
using RideTracker.Records.Hub;
using RideTracker.Records.Outbox;

namespace RideTracker.Records.Tokens;

/// <summary>Writes revoked tokens into the hub's list, where every node reads them.</summary>
public sealed class RevokedTokens(HubConnection hub, TimeProvider time) : IProjected
{
    internal const string Word = "revoked-token";

    public string Kind => Word;

    /// <inheritdoc />
    public async Task ProjectAsync(RecordsDb db, string key, JsonElement? data, CancellationToken cancellationToken)
    {
        var token = await db.Set<IssuedToken>().AsNoTracking().SingleOrDefaultAsync(token => token.Jti == key, cancellationToken);
        if (token is null || token.Revoked is null || token.Expires < Forgotten()) return;
        var database = await hub.OpenAsync(cancellationToken);
        try
        {
            await RevocationList.WriteAsync(database, token.Jti, token.Expires, cancellationToken);
        }
        catch (Exception failure) when (HubTrouble.Is(failure))
        {
            throw new HubUnavailableException($"The token could not be revoked: {failure.Message}", failure);
        }
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> KeysAsync(RecordsDb db, string? after, int limit, CancellationToken cancellationToken)
    {
        var (forgotten, from) = (Forgotten(), after ?? "");
        return await db.Set<IssuedToken>()
            .Where(token => token.Revoked != null && token.Expires >= forgotten && string.Compare(token.Jti, from) > 0)
            .OrderBy(token => token.Jti).Take(limit).Select(token => token.Jti).ToListAsync(cancellationToken);
    }

    // Nodes forget a token by then, too: it expired too long ago to be recognised.
    private DateTimeOffset Forgotten() => time.GetUtcNow() - Revocations.KeepAfterExpiry;
}
