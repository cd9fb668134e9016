using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Protocol.Hub;
using StackExchange.Redis;

namespace RideTracker.Tracking.Hub;

/// <summary>Shows how full the queue of fixes for Records is, partition by partition. Asks the hub now and then, also while nobody reports: then it should become empty.</summary>
public sealed partial class HistoryGauge : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private readonly HubLink _link;
    private readonly TimeProvider _time;
    private readonly ILogger<HistoryGauge> _log;
    private readonly bool _kept;

    // -1: not known yet, or not any more; there is no measurement then rather than an old one.
    private readonly long[] _bytes;

    public HistoryGauge(HubLink link, IMeterFactory meters, IOptions<HubOptions> options, TimeProvider time, ILogger<HistoryGauge> log)
    {
        (_link, _time, _log) = (link, time, log);
        _kept = options.Value.History == HistoryMode.On;
        _bytes = new long[options.Value.Partitions];
        Array.Fill(_bytes, -1);
        var meter = meters.Create(HubMetrics.MeterName);
        var limit = options.Value.HistoryMaxBytes;
        meter.CreateObservableGauge("ridetracker.hub.history.bytes", Measure, "By", "Bytes of fixes that wait in the hub for Records, by partition");
        meter.CreateObservableGauge("ridetracker.hub.history.limit", () => limit, "By", "Bytes of fixes that may wait there at the most, in each partition");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!_kept) return;
        using var timer = new PeriodicTimer(LookEvery, _time);
        try
        {
            do await LookAsync();
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped();
        }
    }

    private async Task LookAsync()
    {
        for (var partition = 0; partition < _bytes.Length; partition++)
        {
            try
            {
                var value = _link.IsUp ? (long)await _link.Database.StringGetAsync(HubKeys.HistoryBytes(partition)) : -1;
                Volatile.Write(ref _bytes[partition], value);
            }
            catch (Exception failure) when (HubTrouble.Is(failure) || failure is HubUnavailableException or RedisServerException)
            {
                Volatile.Write(ref _bytes[partition], -1);
                LogTrouble(failure.Message);
            }
        }
    }

    private IEnumerable<Measurement<long>> Measure()
    {
        for (var partition = 0; partition < _bytes.Length; partition++)
        {
            if (Volatile.Read(ref _bytes[partition]) is var bytes and >= 0) yield return new Measurement<long>(bytes, new KeyValuePair<string, object?>("partition", partition));
        }
    }

    [LoggerMessage(121, LogLevel.Debug, "Stopped looking at the queue of fixes")]
    private partial void LogStopped();

    [LoggerMessage(122, LogLevel.Debug, "The queue of fixes could not be looked at: {Failure}")]
    private partial void LogTrouble(string failure);
}
