using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Records.Database;

namespace RideTracker.Records.Tokens;

/// <summary>Forgets tokens that ended long ago.</summary>
internal sealed partial class TokenSweep(IDbContextFactory<RecordsDb> databases, IOptions<TokensOptions> options, TimeProvider time, ILogger<TokenSweep> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                await using var db = await databases.CreateDbContextAsync(stoppingToken);
                var before = time.GetUtcNow().AddDays(-options.Value.KeepDays);
                await db.Set<IssuedToken>().Where(token => token.Expires < before).ExecuteDeleteAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(720, LogLevel.Warning, "Tokens that ended long ago could not be deleted; tried again later.")]
    private partial void LogFailed(Exception failure);
}
