using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Records.Database;

namespace RideTracker.Records.Events;

/// <summary>Deletes events that are past their time, and remembers up to which number.</summary>
internal sealed partial class EventRetention(IDbContextFactory<RecordsDb> databases, IOptions<EventsOptions> options, TimeProvider time, ILogger<EventRetention> log) : BackgroundService
{
    private const int DeleteAtOnce = 5_000;
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <summary>Deletes what is past its time.</summary>
    /// <returns>How many events were deleted.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var deleted = 0;
        while (true)
        {
            var some = await SweepSomeAsync(cancellationToken);
            deleted += some;
            if (some < DeleteAtOnce) return deleted;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<int> SweepSomeAsync(CancellationToken cancellationToken)
    {
        var oldest = time.GetUtcNow() - TimeSpan.FromDays(options.Value.RetentionDays);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // In the order of their numbers, up to the first one that is kept: so what is left has no hole. Each statement sees what was committed by then:
        // the second one may see an event that the first one did not, so it asks for the age as well.
        var keep = await db.Set<EventRow>().Where(row => row.RecordedAt >= oldest).MinAsync(row => row.Number, cancellationToken) ?? long.MaxValue;
        var numbers = await db.Set<EventRow>().Where(row => row.Number < keep && row.RecordedAt < oldest).OrderBy(row => row.Number).Take(DeleteAtOnce).Select(row => row.Number!.Value).ToListAsync(cancellationToken);
        if (numbers.Count == 0) return 0;
        var through = numbers[^1];
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO event_floor (id, deleted_through) VALUES ({EventFloor.OnlyId}, {through}) ON CONFLICT (id) DO UPDATE SET deleted_through = CASE WHEN event_floor.deleted_through > {through} THEN event_floor.deleted_through ELSE {through} END",
            cancellationToken);
        await db.Set<EventRow>().Where(row => row.Number <= through).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return numbers.Count;
    }

    [LoggerMessage(1, LogLevel.Warning, "Old events could not be deleted: {Reason}. Tried again within the hour.")]
    private partial void LogFailed(string reason);
}
