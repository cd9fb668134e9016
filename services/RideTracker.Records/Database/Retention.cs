namespace RideTracker.Records.Database;

/// <summary>Has everything forgotten that is past its time: when the host starts, and every ten minutes. What fails holds up nothing else, and is tried again.</summary>
internal sealed partial class Retention(IEnumerable<IExpires> all, TimeProvider time, ILogger<Retention> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            foreach (var kept in all)
            {
                try
                {
                    await kept.ForgetAsync(stoppingToken);
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    if (DatabaseTrouble.Is(failure)) LogTrouble(kept.What, failure.Message);
                    else LogBug(failure, kept.What);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(700, LogLevel.Warning, "Old {What} could not be deleted, tried again within ten minutes: {Reason}")]
    private partial void LogTrouble(string what, string reason);

    [LoggerMessage(701, LogLevel.Error, "Old {What} could not be deleted, tried again within ten minutes")]
    private partial void LogBug(Exception failure, string what);
}
