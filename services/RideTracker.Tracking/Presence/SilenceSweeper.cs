using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub;
using StackExchange.Redis;

namespace RideTracker.Tracking.Presence;

/// <summary>
/// Looks for drivers whose silence is due and has the hub turn them stale, then gone. Every node does, and the script decides, so no one node is needed.
/// </summary>
public sealed partial class SilenceSweeper(
    HubLink link, IOptions<PresenceOptions> options, PresenceMetrics metrics, TimeProvider time, ILogger<SilenceSweeper> log) : BackgroundService
{
    private const int MostAtOnce = 500;

    private static readonly HubScript Silence = HubScript.Beside(typeof(SilenceSweeper), "silence");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Value.SweepMs), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (!link.IsUp) continue;
                for (var partition = 0; partition < link.Partitions; partition++) await SweepAsync(partition, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped();
        }
    }

    private async Task SweepAsync(int partition, CancellationToken cancellationToken)
    {
        try
        {
            // The node's clock only picks whom to look at; the script compares with Redis's own.
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var due = await link.Database.SortedSetRangeByScoreAsync(HubKeys.Heard(partition), double.NegativeInfinity, now, take: MostAtOnce);
            await Task.WhenAll(due.Select(member => SilenceAsync(partition, member, cancellationToken)));
        }
        catch (Exception failure) when (HubTrouble.Is(failure) || failure is HubUnavailableException)
        {
            LogTrouble(failure.Message);
        }
        catch (RedisServerException failure)
        {
            LogRefused(failure);
        }
    }

    private async Task SilenceAsync(int partition, RedisValue member, CancellationToken cancellationToken)
    {
        if (!DriverId.TryParse(member, out var driver)) return;
        var answer = await link.RunAsync(
            Silence,
            [HubKeys.Slot(partition, driver), HubKeys.Track(partition, driver), HubKeys.Geo(partition), HubKeys.Heard(partition)],
            [
                driver.Value, HubKeys.DriverChannel(partition, driver), HubKeys.CellChannel(partition, ""),
                (options.Value.GoneAfterSeconds * 1000L).ToString(System.Globalization.CultureInfo.InvariantCulture),
                (options.Value.KeepGoneHours * 3_600_000L).ToString(System.Globalization.CultureInfo.InvariantCulture),
            ],
            cancellationToken);
        if (answer == 1) metrics.Stale();
        if (answer == 2) metrics.Gone();
    }

    [LoggerMessage(201, LogLevel.Debug, "Silence sweep stopped")]
    private partial void LogStopped();

    [LoggerMessage(202, LogLevel.Debug, "Silence sweep did not reach the hub: {Failure}")]
    private partial void LogTrouble(string failure);

    [LoggerMessage(203, LogLevel.Error, "The hub refused the silence script")]
    private partial void LogRefused(Exception failure);
}
