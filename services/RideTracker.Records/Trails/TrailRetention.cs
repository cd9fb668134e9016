using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Records.Database;

namespace RideTracker.Records.Trails;

/// <summary>Once an hour: deletes fixes and dead letters that are older than they are kept, and makes room for the days that come.</summary>
internal sealed partial class TrailRetention(
    IDbContextFactory<RecordsDb> databases, IFixStore store, IOptions<TrailOptions> options, TimeProvider time, ILogger<TrailRetention> log) : BackgroundService
{
    private const int DaysAhead = 2;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Does it once. A day is deleted when all of it is older than the limit: at most a day later than to the minute.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var limit = now - TimeSpan.FromDays(options.Value.RetentionDays);
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await store.MakeRoomAsync(db, Enumerable.Range(0, DaysAhead + 1).Select(today.AddDays).ToHashSet(), cancellationToken);
        foreach (var deleted in await store.DeleteBeforeAsync(db, DateOnly.FromDateTime(limit.UtcDateTime), cancellationToken)) LogDeleted(deleted);
        await db.Set<DeadFix>().Where(dead => dead.At < limit).ExecuteDeleteAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
