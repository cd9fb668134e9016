using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RideTracker.Records.Database;
using RideTracker.Records.Hub;

namespace RideTracker.Records.Outbox;

/// <summary>
/// Writes into the hub all that it must know, from the database: after Redis lost everything, or to be sure. It works while hosts serve: each batch holds the
/// outbox's lock and reads what is true then, so nothing older is ever written over something newer.
/// </summary>
public sealed class Rebuild(HubConnection hub, IDbContextFactory<RecordsDb> databases, IEnumerable<IProjected> kinds)
{
    // Short enough that a host's outbox waits a fraction of a second for it.
    private const int BatchKeys = 100;

    private const int ReportEvery = 5_000;

    /// <summary>Runs it, and tells how far it is.</summary>
    /// <returns>How many things were written, by kind, and how many could not be.</returns>
    /// <exception cref="Protocol.Hub.HubUnavailableException">The hub is away.</exception>
    public async Task<RebuildOutcome> RunAsync(TextWriter progress, CancellationToken cancellationToken)
    {
        await hub.OpenAsync(cancellationToken);
        var written = new List<(string Kind, long Count)>();
        var failed = 0L;
        foreach (var kind in kinds)
        {
            var count = 0L;
            string? after = null;
            while (true)
            {
                await using var db = await databases.CreateDbContextAsync(cancellationToken);
                await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                await OutboxLock.TakeAsync(db, cancellationToken);
                var keys = await kind.KeysAsync(db, after, BatchKeys, cancellationToken);
                foreach (var key in keys)
                {
                    try
                    {
                        await kind.ProjectAsync(db, key, null, cancellationToken);
                        if (++count % ReportEvery == 0) await progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{kind.Kind}: {count} ..."));
                    }
                    catch (Exception failure) when (failure is ArgumentException or Protocol.Trips.DriverBusyException or InvalidOperationException && !DatabaseTrouble.Is(failure))
                    {
                        failed++;
                        await progress.WriteLineAsync($"{kind.Kind} {key} could not be written: {failure.Message}");
                    }
                }

                await transaction.RollbackAsync(cancellationToken);
                if (keys.Count < BatchKeys) break;
                after = keys[^1];
            }

            written.Add((kind.Kind, count));
            await progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{kind.Kind}: {count} written"));
        }

        return new RebuildOutcome(written, failed);
    }
}

/// <summary>What a rebuilding did.</summary>
/// <param name="Written">How many things of each kind the hub has now.</param>
/// <param name="Failed">How many it could not be told; the output says which and why.</param>
public sealed record RebuildOutcome(IReadOnlyList<(string Kind, long Count)> Written, long Failed);
