using RideTracker.LoadTest.Generator;
using RideTracker.LoadTest.Processes;
using RideTracker.LoadTest.Results;
using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Scenarios;

/// <summary>How hard and how long a fan-out run goes.</summary>
internal sealed record FanOutSettings
{
    /// <summary>Messages a second over all topics.</summary>
    public required double Rate { get; init; }

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan Measured { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long all rest before the memory is read: long enough for what connecting left behind to be done with.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long what was sent may take to arrive, after the last was sent.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>
/// One fan-out run against any target: connects, reads the memory of idle riders, warms up, measures, waits until the queues are empty. The run is one
/// thread's; only the target's own metrics are asked for elsewhere.
/// </summary>
internal sealed class FanOutRun(Target target, FanOutSettings settings, RunStatus status)
{
    /// <summary>Runs it.</summary>
    /// <exception cref="LoadTestException">Riders or publishers are refused.</exception>
    public async Task<FanOutResult> RunAsync(CancellationToken cancellationToken)
    {
        // Asked for when nothing runs, so that asking does not count: once for its own cost.
        var allocatedByAsking = await AllocatedByAskingAsync(cancellationToken);
        using var crowd = new Crowd(target, settings.Rate, keepsCursors: false, cancellationToken);
        var result = await LoopThread.RunAsync(() => Loop(crowd));
        var allocated = await TryAllocatedAsync();
        var interrupted = cancellationToken.IsCancellationRequested;
        return result with
        {
            IsInterrupted = interrupted,
            Counters = target.Counters,
            AllocatedBytesPerDelivery = allocated is { } end && _allocatedBefore is { IsCompletedSuccessfully: true, Result: { } begin } && crowd.Deliveries.Total > _deliveriesBefore
                ? Math.Max(0, end - begin - allocatedByAsking) / (double)(crowd.Deliveries.Total - _deliveriesBefore)
                : null,
        };
    }

    private Task<long?>? _allocatedBefore;
    private long _deliveriesBefore;

    private FanOutResult Loop(Crowd crowd)
    {
        var sender = crowd.Sender;
        var deliveries = crowd.Deliveries;
        var cpu = new CpuWatch(target.Servers);
        IReadOnlyDictionary<string, long> idleBefore = new Dictionary<string, long>(), idleAfter = idleBefore;
        var measuredSeconds = 0.0;
        var isMeasuring = false;
        try
        {
            crowd.OpenPublishers(status);
            crowd.TurnFor(settings.Settle);
            idleBefore = Resident();
            crowd.OpenRiders(status);
            status.Phase = "connected, at rest";
            crowd.TurnFor(settings.Settle);
            idleAfter = Resident();

            status.Phase = "warming up";
            status.Numbers = () => $"{deliveries.Total:#,0} deliveries";
            void Send(long now) => sender?.SendDue(now, settings.Rate);
            sender?.Begin(Clock.Ns);
            crowd.TurnFor(settings.WarmUp, Send);
            _deliveriesBefore = deliveries.Total;
            _allocatedBefore = Task.Run(TryAllocatedAsync, CancellationToken.None);
            // The answer must not fall into the measured time.
            crowd.TurnWhileNot(() => _allocatedBefore.IsCompleted, TimeSpan.FromSeconds(2), Send);

            status.Phase = "measuring";
            isMeasuring = true;
            cpu.Start();
            var begin = deliveries.FromNs = Clock.Ns;
            crowd.Settlements.IsMeasuring = true;
            if (sender is not null) sender.IsMeasuring = true;
            try
            {
                crowd.TurnFor(settings.Measured, Send);
            }
            finally
            {
                deliveries.UntilNs = Clock.Ns;
                measuredSeconds = (deliveries.UntilNs - begin) / (double)Clock.Second;
                if (sender is not null) sender.IsMeasuring = false;
                cpu.Stop();
            }

            // A target that publishes by itself has no queue, and goes on: its clock has stopped.
            if (sender is not null)
            {
                status.Phase = "waiting until the queues are empty";
                crowd.TurnWhileNot(() => deliveries.Measured >= Expected(sender, measuredSeconds) && !crowd.HasUnsettled && target.IsQuiet, settings.Drain);
                cpu.Stop();
            }
        }
        catch (OperationCanceledException) when (isMeasuring)
        {
            // What was measured until then is shown.
            status.Phase = "interrupted";
        }

        var fixesPerMessage = target.Publisher?.FixesPerMessage ?? 1;
        var settlements = crowd.Settlements;
        return new FanOutResult
        {
            Target = target.Name,
            Riders = crowd.Riders.Length,
            Topics = target.Publisher?.Topics ?? crowd.RidersOf.Length,
            Wire = target.Riders.Wire.ToString(),
            MeasuredSeconds = measuredSeconds,
            Sent = sender?.MeasuredMessages ?? 0,
            HeldBack = sender?.HeldBack ?? 0,
            FixesSentInAll = (sender?.Messages.Value ?? 0) * fixesPerMessage,
            Accepted = target.Publisher is { Answers: not AnswerKind.Ignored } ? settlements.Accepted.Value : null,
            CountsFixes = target.Publisher is { Answers: AnswerKind.DriverAcks or AnswerKind.HubCompletions },
            Duplicates = settlements.Duplicates.Value,
            Rejected = settlements.Rejected.Value,
            Errors = settlements.Errors.Value,
            FirstError = settlements.FirstError ?? crowd.Riders.FirstOrDefault(rider => rider.Refusal is not null)?.Refusal,
            RiderEnds = crowd.Riders.Sum(rider => (long)rider.Ends),
            Expected = Expected(sender, measuredSeconds),
            Delivered = deliveries.Measured,
            Backwards = deliveries.Backwards,
            Unknown = deliveries.Unknown,
            AskedRate = sender is null ? target.SelfPublishedPerSecond : settings.Rate,
            Latency = LatencyResult.Of(deliveries.Latencies, Expected(sender, measuredSeconds)),
            AckLatency = settlements.Latencies.Count > 0 ? LatencyResult.Of(settlements.Latencies, null) : null,
            CpuSeconds = cpu.Seconds(),
            BytesIn = crowd.Riders.Sum(rider => rider.BytesIn),
            DeliveredInAll = deliveries.Total,
            IdleBytesPerRider = idleAfter.ToDictionary(pair => pair.Key, pair => (pair.Value - idleBefore[pair.Key]) / (double)Math.Max(1, crowd.Riders.Length)),
            GeneratorCpuShare = cpu.GeneratorShare,
            OthersCpuShare = cpu.OthersShare,
        };
    }

    private long Expected(Sender? sender, double measuredSeconds) => sender?.Expected ?? (long)(target.SelfPublishedPerSecond * measuredSeconds);

    private Dictionary<string, long> Resident()
    {
        var resident = new Dictionary<string, long>();
        foreach (var server in target.Servers) resident[server.Name] = resident.GetValueOrDefault(server.Name) + ProcFs.ResidentBytes(server.Pid);
        return resident;
    }

    private async Task<long> AllocatedByAskingAsync(CancellationToken cancellationToken)
    {
        await target.AllocatedBytesAsync(cancellationToken);
        var first = await target.AllocatedBytesAsync(cancellationToken);
        return await target.AllocatedBytesAsync(cancellationToken) - first ?? 0;
    }

    // Also after Ctrl-C: the target is up until it is disposed of. A server that died has no answer, and that is not what the run is to end with.
    private async Task<long?> TryAllocatedAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            return await target.AllocatedBytesAsync(limit.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }
}
