using Microsoft.EntityFrameworkCore;
using RideTracker.Records.Database;

namespace RideTracker.Records.Api;

/// <summary>Forgets old keys now and then.</summary>
internal sealed partial class IdempotencySweep(Idempotency idempotency, IDbContextFactory<RecordsDb> databases, TimeProvider time, ILogger<IdempotencySweep> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var db = await databases.CreateDbContextAsync(stoppingToken);
                await idempotency.ForgetAsync(db, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure);
            }
        }
    }

    [LoggerMessage(700, LogLevel.Warning, "Old idempotency keys could not be deleted; tried again later.")]
    private partial void LogFailed(Exception failure);
}
