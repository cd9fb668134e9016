using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Geo;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub.Wire;
using RideTracker.Tracking.Presence;

namespace RideTracker.Tracking.Hub;

/// <summary>
/// Takes checked reports to the hub: one script call per partition and batch. Gathers while a call is under way, and for two milliseconds from the
/// beginning of one: a report that comes alone goes at once, and where thousands come they share the cost of the call.
/// </summary>
/// <remarks>A thread for each partition, which waits for reports, for others to share the call with, and for Redis: no hop from one to the other (docs/adr/0007).</remarks>
public sealed partial class HubWriter : BackgroundService
{
    private const int KeysAhead = 5;
    private const int ArgumentsAhead = 5;
    private const int ArgumentsPerReport = 10;
    private const int NumbersPerReport = 4;
    private const int MaxBatchName = 40;
    private const long OnTrip = 1;

    private static readonly HubScript Accept = HubScript.Beside(typeof(HubWriter), "accept");

    private readonly HubLink _link;
    private readonly HubOptions _options;
    private readonly PresenceOptions _presence;
    private readonly HubMetrics _metrics;
    private readonly ILogger<HubWriter> _log;
    private readonly TimeProvider _time;
    private readonly ReportQueue[] _queues;
    private readonly byte[] _arrivalRules;
    private readonly string _node = Guid.NewGuid().ToString("N")[..12];
    private long _batches;

    public HubWriter(HubLink link, IOptions<HubOptions> options, IOptions<PresenceOptions> presence, HubMetrics metrics, ILogger<HubWriter> log, TimeProvider? time = null)
    {
        _link = link;
        _options = options.Value;
        _presence = presence.Value;
        _metrics = metrics;
        _log = log;
        _time = time ?? TimeProvider.System;
        _arrivalRules = Encoding.ASCII.GetBytes(FormattableString.Invariant(
            $"{_options.ArrivalRadiusMeters},{_options.ArrivalSeconds},{_options.ArrivalMaxAccuracyMeters},{_options.ArrivalMaxSpeedMps},{_options.NearStopMeters}"));
        _queues = new ReportQueue[_options.Partitions];
        for (var i = 0; i < _queues.Length; i++) _queues[i] = new ReportQueue(_options.QueueLength);
    }

    /// <summary>
    /// Queues a report; waits while the queue is full. Reports of one driver are taken in the order of these calls. The hub's trouble is an answer too:
    /// <see cref="HubOutcome.Unavailable"/>.
    /// </summary>
    public async ValueTask QueueAsync(QueuedReport report, CancellationToken cancellationToken)
    {
        if (!await _queues[HubKeys.Partition(report.Report.Driver, _queues.Length)].AddAsync(report, cancellationToken)) report.Answer(HubVerdict.Unavailable);
    }

    /// <summary>Queues a report and waits for the hub's answer.</summary>
    public async ValueTask<HubVerdict> WriteAsync(DriverReport report, CancellationToken cancellationToken)
    {
        var awaited = new AwaitedReport(report);
        await QueueAsync(awaited, cancellationToken);
        return await awaited.Verdict.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What is queued is still taken: the doors wait for their reports in flight before they let go.
        foreach (var queue in _queues) queue.Complete();
        await Task.WhenAny(ExecuteTask ?? Task.CompletedTask, Task.Delay(Timeout.Infinite, cancellationToken));
        await base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, _queues.Length).Select(partition => Task.Factory.StartNew(
            () => Run(partition, stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

    private void Run(int partition, CancellationToken stoppingToken)
    {
        Thread.CurrentThread.Name = "RideTracker hub";
        var queue = _queues[partition];
        var batch = new List<QueuedReport>();
        using var connection = new ScriptConnection(Accept, _link.Configuration, () => _link.FindServer(HubKeys.Geo(partition)), _time);
        var call = new AcceptCall(connection, partition);
        var gather = TimeSpan.FromMilliseconds(_options.GatherMs);
        long? began = null;
        using var stopping = stoppingToken.UnsafeRegister(static state => ((ReportQueue)state!).Complete(), queue);
        try
        {
            while (!stoppingToken.IsCancellationRequested && queue.WaitToRead())
            {
                // In the kernel, not by a timer: whoever runs this thread's continuation would be a second thread to wait for. It sleeps whole milliseconds.
                if (began is { } last && gather - _time.GetElapsedTime(last) is var left && left > TimeSpan.Zero) Thread.Sleep(Math.Max(1, (int)left.TotalMilliseconds));
                began = _time.GetTimestamp();
                batch.Clear();
                var fixes = 0;
                while (fixes < _options.MaxBatchFixes && queue.TryRead(out var report))
                {
                    batch.Add(report);
                    fixes += report.Report.Fixes.Count;
                }

                Send(call, batch, stoppingToken);
            }
        }
        finally
        {
            queue.Complete();
            while (queue.TryRead(out var report)) Answer(report, HubVerdict.Unavailable);
        }
    }

    private void Send(AcceptCall call, List<QueuedReport> batch, CancellationToken cancellationToken)
    {
        try
        {
            // A call that can't be made now fails now: the doors keep their reports and try again.
            if (!_link.Answers) throw new HubUnavailableException("The hub does not answer.");
            Call(call, batch, cancellationToken);
        }
        catch (Exception failure) when (failure is HubUnavailableException || RedisSocket.IsTrouble(failure))
        {
            LogUnavailable(batch.Count, failure.Message);
            // Ahead of the answers: what is sent next waits until a primary is found.
            if (HubTrouble.IsRole(failure.Message)) _link.LoseLead(failure.Message);
            Fail(batch);
        }
        catch (ScriptRefusedException failure) when (batch.Count > 1)
        {
            // One bad report must not block the others: one by one. Those that were taken already are duplicates now.
            LogSplit(batch.Count, failure.Message);
            foreach (var report in batch.ToList()) Send(call, [report], cancellationToken);
        }
        catch (Exception failure)
        {
            LogRefused(failure, batch[0].Report.Driver.Value);
            Fail(batch);
        }
    }

    private void Fail(List<QueuedReport> batch)
    {
        _metrics.Failed(batch.Count);
        foreach (var report in batch) Answer(report, HubVerdict.Unavailable);
    }

    // One that throws must not keep the others from their answers, nor give them a second one.
    private void Answer(QueuedReport report, in HubVerdict verdict)
    {
        // Once it is answered it may be another report.
        var driver = report.Report.Driver;
        try
        {
            report.Answer(in verdict);
        }
        catch (Exception bug)
        {
            LogNotAnswered(bug, driver.Value);
        }
    }

    private void Call(AcceptCall call, List<QueuedReport> batch, CancellationToken cancellationToken)
    {
        call.Connection.Open(_link.Breaks, cancellationToken);
        var resp = call.Connection.Begin(KeysAhead + 2 * batch.Count, ArgumentsAhead + ArgumentsPerReport * batch.Count);
        foreach (var key in call.Keys) resp.Part(key);
        foreach (var queued in batch)
        {
            resp.Part(call.SlotPrefix, queued.Report.Driver.Value);
            resp.Part(call.TrackPrefix, queued.Report.Driver.Value);
        }

        Span<byte> batchName = stackalloc byte[MaxBatchName];
        Utf8.TryWrite(batchName, CultureInfo.InvariantCulture, $"{_node}-{Interlocked.Increment(ref _batches)}", out var batchNameLength);
        resp.Part(batchName[..batchNameLength]);
        resp.Part(_options.History == HistoryMode.On ? _options.HistoryMaxBytes : 0);
        resp.Part(_presence.MinSilenceMs);
        resp.Part(_presence.StaleIntervals);
        resp.Part(_arrivalRules);
        foreach (var queued in batch) call.Write(resp, queued.Report);

        var numbers = call.Numbers(NumbersPerReport * batch.Count + 1);
        call.Connection.Call(numbers, call.OffDuty);
        var full = numbers[^1] == 1;
        _metrics.Taken(batch.Count, full);
        for (var i = 0; i < batch.Count; i++)
        {
            var answer = numbers.Slice(NumbersPerReport * i, NumbersPerReport);
            var demand = (DriverDemand)(answer[3] & ~OnTrip);
            Answer(batch[i], new HubVerdict(full ? HubOutcome.Full : HubOutcome.Taken, (int)answer[0], (int)answer[1], answer[2], (answer[3] & OnTrip) != 0, demand)
            {
                OffDuty = call.OffDutyOf(i),
            });
        }
    }

    /// <summary>The calls of one partition, with all that is used again from one to the next.</summary>
    private sealed class AcceptCall(ScriptConnection connection, int partition)
    {
        private byte[] _text = new byte[FixText.MaxLength];
        private byte[] _places = new byte[FixText.MaxPlaceLength];
        private long[] _numbers = new long[64];
        private int _offDutyTaken;

        public ScriptConnection Connection => connection;

        public string[] Keys { get; } = [HubKeys.Geo(partition), HubKeys.Heard(partition), HubKeys.History(partition), HubKeys.HistoryBytes(partition), HubKeys.Arrivals(partition)];

        public string SlotPrefix { get; } = HubKeys.SlotPrefix(partition);

        public string TrackPrefix { get; } = HubKeys.TrackPrefix(partition);

        /// <summary>Of each fix that was refused as off duty its report and its place there, ascending.</summary>
        public List<long> OffDuty { get; } = [];

        /// <summary>The places of those fixes in one report, to be asked for in the order of the reports; null = none.</summary>
        public IReadOnlyList<int>? OffDutyOf(int report)
        {
            if (report == 0) _offDutyTaken = 0;
            List<int>? places = null;
            for (; _offDutyTaken + 1 < OffDuty.Count && OffDuty[_offDutyTaken] == report; _offDutyTaken += 2) (places ??= []).Add((int)OffDuty[_offDutyTaken + 1]);
            return places;
        }

        public Span<long> Numbers(int count)
        {
            if (_numbers.Length < count) _numbers = new long[Math.Max(count, 2 * _numbers.Length)];
            return _numbers.AsSpan(0, count);
        }

        public void Write(RespWriter to, DriverReport report)
        {
            var fixes = report.Span;
            ref readonly var newest = ref fixes[^1];
            if (_text.Length < fixes.Length * FixText.MaxLength)
            {
                _text = new byte[fixes.Length * FixText.MaxLength];
                _places = new byte[fixes.Length * FixText.MaxPlaceLength];
            }

            int textLength = 0, placesLength = 0, newestAt = 0, newestPlaceAt = 0;
            foreach (ref readonly var fix in fixes)
            {
                newestAt = textLength;
                newestPlaceAt = placesLength;
                textLength += FixText.Write(in fix, _text.AsSpan(textLength));
                placesLength += FixText.WritePlace(in fix, _places.AsSpan(placesLength));
            }

            to.Part(report.Driver.Value);
            to.Part(fixes[0].FixTimeMs);
            to.Part(newest.FixTimeMs);
            to.Part(fixes.Length);
            Span<byte> cell = stackalloc byte[Cell.Length];
            Cell.Write(newest.Latitude, newest.Longitude, cell);
            to.Part(cell);
            // time,lat,lng;
            var place = _places.AsSpan(newestPlaceAt, placesLength - newestPlaceAt - 1);
            place = place[(place.IndexOf((byte)',') + 1)..];
            var comma = place.IndexOf((byte)',');
            to.Part(place[..comma]);
            // Redis GEO wraps a place at exactly 180 degrees out of its own range; 1 cm beside it is found, and the slot has the true one.
            var longitude = place[(comma + 1)..];
            if (longitude.SequenceEqual("180"u8)) to.Part("179.9999999"u8);
            else to.Part(longitude);
            to.Part(_text.AsSpan(newestAt, textLength - newestAt));
            to.Part(_text.AsSpan(0, textLength));
            to.Part(_places.AsSpan(0, placesLength));
        }
    }

    private sealed class AwaitedReport(DriverReport report) : QueuedReport
    {
        private readonly TaskCompletionSource<HubVerdict> _verdict = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override DriverReport Report => report;

        public Task<HubVerdict> Verdict => _verdict.Task;

        public override void Answer(in HubVerdict verdict) => _verdict.TrySetResult(verdict);
    }
}
