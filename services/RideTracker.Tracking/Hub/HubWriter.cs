using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Geo;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Presence;
using StackExchange.Redis;

namespace RideTracker.Tracking.Hub;

/// <summary>Takes checked reports to the hub: gathers while a call is under way (no timer), one script call per partition and batch.</summary>
public sealed partial class HubWriter : BackgroundService
{
    private static readonly HubScript Accept = HubScript.Beside(typeof(HubWriter), "accept");

    private readonly HubLink _link;
    private readonly HubOptions _options;
    private readonly PresenceOptions _presence;
    private readonly HubMetrics _metrics;
    private readonly ILogger<HubWriter> _log;
    private readonly Channel<Pending>[] _queues;
    private readonly string _node = Guid.NewGuid().ToString("N")[..12];
    private long _batches;

    public HubWriter(HubLink link, IOptions<HubOptions> options, IOptions<PresenceOptions> presence, HubMetrics metrics, ILogger<HubWriter> log)
    {
        _link = link;
        _options = options.Value;
        _presence = presence.Value;
        _metrics = metrics;
        _log = log;
        _queues = new Channel<Pending>[_options.Partitions];
        for (var i = 0; i < _queues.Length; i++)
            _queues[i] = Channel.CreateBounded<Pending>(new BoundedChannelOptions(_options.QueueLength) { SingleReader = true });
    }

    /// <summary>
    /// Queues a report and answers once the hub did; waits while the queue is full. Reports of one driver are taken in the order of these calls.
    /// Never throws for the hub's trouble: that is <see cref="HubOutcome.Unavailable"/>.
    /// </summary>
    public async ValueTask<HubVerdict> WriteAsync(DriverReport report, CancellationToken cancellationToken)
    {
        var pending = new Pending(report);
        var queue = _queues[HubKeys.Partition(report.Driver, _queues.Length)].Writer;
        try
        {
            await queue.WriteAsync(pending, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            return HubVerdict.Unavailable;
        }

        return await pending.Verdict.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What is queued is still taken: the doors wait for their reports in flight before they let go.
        foreach (var queue in _queues) queue.Writer.TryComplete();
        await Task.WhenAny(ExecuteTask ?? Task.CompletedTask, Task.Delay(Timeout.Infinite, cancellationToken));
        await base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, _queues.Length).Select(partition => RunAsync(partition, stoppingToken)));

    private async Task RunAsync(int partition, CancellationToken stoppingToken)
    {
        var queue = _queues[partition].Reader;
        var batch = new List<Pending>();
        try
        {
            while (await queue.WaitToReadAsync(stoppingToken))
            {
                batch.Clear();
                var fixes = 0;
                while (fixes < _options.MaxBatchFixes && queue.TryRead(out var pending))
                {
                    batch.Add(pending);
                    fixes += pending.Report.Fixes.Count;
                }

                await SendAsync(partition, batch);
            }
        }
        finally
        {
            while (queue.TryRead(out var pending)) pending.Verdict.TrySetResult(HubVerdict.Unavailable);
        }
    }

    private async Task SendAsync(int partition, List<Pending> batch)
    {
        try
        {
            await CallAsync(partition, batch);
        }
        catch (Exception failure) when (HubLink.IsTrouble(failure))
        {
            LogUnavailable(batch.Count, failure.Message);
            Fail(batch);
        }
        catch (RedisServerException failure) when (batch.Count > 1)
        {
            // One bad report must not block the others: driver by driver. Those that were taken already are duplicates now.
            LogSplit(batch.Count, failure.Message);
            foreach (var group in batch.ToList().GroupBy(pending => pending.Report.Driver)) await SendAsync(partition, [.. group.SkipLast(1)], group.Last());
        }
        catch (Exception failure)
        {
            LogRefused(failure, batch[0].Report.Driver.Value);
            Fail(batch);
        }
    }

    private async Task SendAsync(int partition, List<Pending> first, Pending last)
    {
        foreach (var pending in first) await SendAsync(partition, [pending]);
        await SendAsync(partition, [last]);
    }

    private void Fail(List<Pending> batch)
    {
        _metrics.Failed(batch.Count);
        foreach (var pending in batch) pending.Verdict.TrySetResult(HubVerdict.Unavailable);
    }

    private async Task CallAsync(int partition, List<Pending> batch)
    {
        var keys = new RedisKey[4 + 2 * batch.Count];
        keys[0] = HubKeys.Geo(partition);
        keys[1] = HubKeys.Heard(partition);
        keys[2] = HubKeys.History(partition);
        keys[3] = HubKeys.HistoryBytes(partition);
        var arguments = new RedisValue[4 + 10 * batch.Count];
        arguments[0] = string.Create(CultureInfo.InvariantCulture, $"{_node}-{Interlocked.Increment(ref _batches)}");
        arguments[1] = _options.History == HistoryMode.On ? _options.HistoryMaxBytes : 0;
        arguments[2] = _presence.MinSilenceMs;
        arguments[3] = _presence.StaleIntervals;
        for (var i = 0; i < batch.Count; i++)
        {
            var report = batch[i].Report;
            keys[4 + 2 * i] = HubKeys.Slot(partition, report.Driver);
            keys[5 + 2 * i] = HubKeys.Track(partition, report.Driver);
            Arguments(report, arguments.AsSpan(4 + 10 * i, 10));
        }

        var answer = (RedisResult[])(await _link.Database.ScriptEvaluateAsync(Accept.Text, keys, arguments))!;
        var full = (int)answer[^1] == 1;
        _metrics.Taken(batch.Count, full);
        for (var i = 0; i < batch.Count; i++)
        {
            batch[i].Verdict.TrySetResult(new HubVerdict(
                full ? HubOutcome.Full : HubOutcome.Taken,
                (int)answer[4 * i],
                (int)answer[4 * i + 1],
                (long)answer[4 * i + 2],
                (int)answer[4 * i + 3] == 1));
        }
    }

    private static void Arguments(DriverReport report, Span<RedisValue> to)
    {
        var fixes = report.Fixes;
        var newest = fixes[^1];
        var text = new byte[fixes.Count * FixText.MaxLength];
        var places = new byte[fixes.Count * FixText.MaxPlaceLength];
        int textLength = 0, placesLength = 0, newestAt = 0;
        foreach (var fix in fixes)
        {
            newestAt = textLength;
            textLength += FixText.Write(in fix, text.AsSpan(textLength));
            placesLength += FixText.WritePlace(in fix, places.AsSpan(placesLength));
        }

        to[0] = report.Driver.Value;
        to[1] = fixes[0].FixTimeMs;
        to[2] = newest.FixTimeMs;
        to[3] = fixes.Count;
        to[4] = Cell.At(newest.Latitude, newest.Longitude);
        var place = Encoding.ASCII.GetString(text, newestAt, textLength - newestAt).Split(',', ';');
        to[5] = place[1];
        // Redis GEO wraps a place at exactly 180 degrees out of its own range; 1 cm beside it is found, and the slot has the true one.
        to[6] = place[2] == "180" ? "179.9999999" : place[2];
        to[7] = text.AsMemory(newestAt, textLength - newestAt);
        to[8] = text.AsMemory(0, textLength);
        to[9] = places.AsMemory(0, placesLength);
    }

    private sealed class Pending(DriverReport report)
    {
        public DriverReport Report { get; } = report;

        public TaskCompletionSource<HubVerdict> Verdict { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
