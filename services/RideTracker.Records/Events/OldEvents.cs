using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Records.Database;

namespace RideTracker.Records.Events;

/// <summary>Deletes events that are past their time, and remembers up to which number.</summary>
internal sealed class OldEvents(IDbContextFactory<RecordsDb> databases, IOptions<EventsOptions> options, TimeProvider time) : IExpires
{
    private const int DeleteAtOnce = 5_000;

    public string What => "events";

    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        while (await ForgetSomeAsync(cancellationToken) == DeleteAtOnce) cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<int> ForgetSomeAsync(CancellationToken cancellationToken)
    {
        var oldest = time.GetUtcNow() - TimeSpan.FromDays(options.Value.RetentionDays);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // In the order of their numbers, up to the first one that is kept: so what is left has no hole. That one may come only now.
        var keep = await db.Set<EventRow>().Where(row => row.RecordedAt >= oldest).MinAsync(row => row.Number, cancellationToken) ?? long.MaxValue;
        var numbers = await db.Set<EventRow>().Where(row => row.Number < keep && row.RecordedAt < oldest)
            .OrderBy(row => row.Number).Take(DeleteAtOnce).Select(row => row.Number!.Value).ToListAsync(cancellationToken);
        if (numbers.Count == 0) return 0;
        var through = numbers[^1];
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO event_floor (id, deleted_through) VALUES ({EventFloor.OnlyId}, {through}) ON CONFLICT (id) DO UPDATE SET deleted_through = CASE WHEN event_floor.deleted_through > {through} THEN event_floor.deleted_through ELSE {through} END",
            cancellationToken);
        await db.Set<EventRow>().Where(row => row.Number <= through).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return numbers.Count;
    }
}
