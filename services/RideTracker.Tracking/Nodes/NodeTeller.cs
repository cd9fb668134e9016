using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hosting;
using StackExchange.Redis;

namespace RideTracker.Tracking.Nodes;

/// <summary>Tells the others every other second how this node fares, at once when it begins to go away, and takes itself out at its end.</summary>
internal sealed partial class NodeTeller(NodeBoard board, NodeGauges gauges, NodeDrain drain, IOptions<TrackingOptions> options, TimeProvider time, ILogger<NodeTeller> log) : BackgroundService
{
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _every = TimeSpan.FromMilliseconds(options.Value.TellMs);
    private readonly SemaphoreSlim _telling = new(1, 1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (cancellationToken.IsCancellationRequested) return;
        try
        {
            await board.TakeOutAsync(gauges.Id, cancellationToken).WaitAsync(FarewellTime, time, cancellationToken);
        }
        catch (Exception failure) when (IsPassing(failure) || failure is OperationCanceledException)
        {
            // Its key expires by itself.
            LogTrouble(failure.Message);
        }
    }

    public override void Dispose()
    {
        _telling.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_every, time);
        void TellNow() => _ = TellAsync(stoppingToken);
        drain.Began += TellNow;
        try
        {
            do await TellAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped();
        }
        finally
        {
            drain.Began -= TellNow;
        }
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        await _telling.WaitAsync(cancellationToken);
        try
        {
            // Twice it may be lost.
            await board.TellAsync(gauges.Read(), 3 * _every, cancellationToken);
        }
        catch (Exception failure) when (IsPassing(failure))
        {
            LogTrouble(failure.Message);
        }
        finally
        {
            _telling.Release();
        }
    }

    private static bool IsPassing(Exception failure) => HubTrouble.Is(failure) || failure is HubUnavailableException or RedisServerException;

    [LoggerMessage(601, LogLevel.Debug, "Stopped telling how this node fares")]
    private partial void LogStopped();

    [LoggerMessage(602, LogLevel.Debug, "The others could not be told how this node fares: {Failure}")]
    private partial void LogTrouble(string failure);
}
