using System.Collections.Frozen;
using System.Data.Common;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Protocol.Hub;
using RideTracker.Records.Database;

namespace RideTracker.Records.Outbox;

/// <summary>
/// Takes the outbox's rows to the hub, in their order, one worker at a time over all hosts. Rows are deleted in the transaction that holds the lock, once the hub
/// has them: a crash in between repeats them, which changes nothing.
/// </summary>
internal sealed partial class OutboxWorker(
    OutboxWriter outbox, IDbContextFactory<RecordsDb> databases, IEnumerable<IProjected> kinds, IOptions<OutboxOptions> options, OutboxMetrics metrics, TimeProvider time, ILogger<OutboxWorker> log)
    : BackgroundService
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    // What the hub can't take for a reason of its own waits, and others go on: whole states don't need one another.
    private static readonly TimeSpan LongestFailure = TimeSpan.FromMinutes(1);

    private readonly FrozenDictionary<string, IProjected> _kinds = kinds.ToFrozenDictionary(kind => kind.Kind);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var retry = TimeSpan.Zero;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var more = await WorkAsync(stoppingToken);
                if (retry > TimeSpan.Zero) LogBack();
                retry = TimeSpan.Zero;
                if (!more) await outbox.WaitAsync(TimeSpan.FromMilliseconds(options.Value.PollMs), stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested && (DatabaseTrouble.Is(failure) || DatabaseTrouble.Cause(failure) is DbException || HubTrouble.Is(failure)))
            {
                if (retry == TimeSpan.Zero) LogAway(failure.Message);
                retry = retry == TimeSpan.Zero ? FirstRetry : retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
                await Task.Delay(retry, stoppingToken);
            }
        }
    }

    // Whether there may be more at once.
    private async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        // Without the lock, and on SQLite without holding its one writer: mostly there is nothing.
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (!await db.Set<OutboxRow>().AnyAsync(row => row.DueMs <= now, cancellationToken)) return false;
        // On SQLite there is one worker, and its one writer must not wait for the hub: the hub of the demo is in the same process and may wait for a writer.
        await using var transaction = db.IsPostgres ? await db.Database.BeginTransactionAsync(cancellationToken) : null;
        // Another host is at it, and looks again when it hears of what came since.
        if (!await OutboxLock.TryTakeAsync(db, cancellationToken)) return false;
        var rows = await db.Set<OutboxRow>().AsNoTracking().Where(row => row.DueMs <= now).OrderBy(row => row.Id).Take(options.Value.BatchRows).ToListAsync(cancellationToken);
        var done = new List<long>(rows.Count);
        Exception? away = null;
        foreach (var row in rows)
        {
            try
            {
                await ProjectAsync(db, row, cancellationToken);
                done.Add(row.Id);
                metrics.Projected(row.Kind, (time.GetUtcNow().ToUnixTimeMilliseconds() - row.CreatedMs) / 1_000d);
            }
            catch (Exception failure) when (failure is HubUnavailableException || HubTrouble.Is(failure))
            {
                away = failure;
                break;
            }
            catch (Exception failure) when (!DatabaseTrouble.Is(failure) && failure is not DbException)
            {
                metrics.Failed(row.Kind);
                LogFailed(row.Kind, row.Key, row.Failures + 1, failure);
                var due = now + (long)Math.Min(LongestFailure.TotalMilliseconds, 200 * Math.Pow(2, row.Failures));
                await db.Set<OutboxRow>().Where(one => one.Id == row.Id)
                    .ExecuteUpdateAsync(set => set.SetProperty(one => one.Failures, row.Failures + 1).SetProperty(one => one.DueMs, due), cancellationToken);
            }
        }

        if (done.Count > 0) await db.Set<OutboxRow>().Where(row => done.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken);
        if (transaction is not null) await transaction.CommitAsync(cancellationToken);
        if (away is not null) throw new HubUnavailableException(away.Message, away);
        return rows.Count == options.Value.BatchRows;
    }

    private async Task ProjectAsync(RecordsDb db, OutboxRow row, CancellationToken cancellationToken)
    {
        if (!_kinds.TryGetValue(row.Kind, out var kind)) throw new InvalidOperationException($"Nothing here takes outbox rows of kind '{row.Kind}': was it written by a later version?");
        using var data = row.Data is null ? null : JsonDocument.Parse(row.Data);
        await kind.ProjectAsync(db, row.Key, data?.RootElement, cancellationToken);
    }
}
