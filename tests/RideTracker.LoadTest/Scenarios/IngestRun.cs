using RideTracker.LoadTest.Generator;
using RideTracker.LoadTest.Results;
using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Scenarios;

/// <summary>How hard and how long an ingest run goes.</summary>
internal sealed record IngestSettings
{
    /// <summary>Reports that each driver keeps in flight (closed loop); not used where <see cref="FixesPerSecond"/> is given.</summary>
    public required int Window { get; init; }

    /// <summary>The window that fits a door and the fixes in a report.</summary>
    /// <remarks>Acks of the plain WebSocket come in batches, up to 250 ms late: single reports need a wider window than large ones. The hub runs 8 calls of a connection at once.</remarks>
    public static int WindowOf(PublishDoor door, int fixes) => door == PublishDoor.SignalR || fixes > 5 ? 4 : 16;

    /// <summary>Open loop: fixes a second over all drivers; null: as many as the server takes.</summary>
    public double? FixesPerSecond { get; init; }

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan Measured { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the settling of what was sent may take at the end.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>One ingest run: drivers only. Each keeps a window of reports in flight, so that the server is busy all the time and its queues do not grow for ever.</summary>
internal sealed class IngestRun(Target target, IngestSettings settings, RunStatus status)
{
    /// <summary>Runs it.</summary>
    /// <exception cref="LoadTestException">Drivers are refused.</exception>
    public async Task<IngestResult> RunAsync(CancellationToken cancellationToken)
    {
        using var crowd = new Crowd(target, 1, keepsCursors: false, cancellationToken);
        var result = await LoopThread.RunAsync(() => Loop(crowd));
        return result with { IsInterrupted = cancellationToken.IsCancellationRequested, HistoryFixes = (long)target.Counters.GetValueOrDefault("historyFixes") };
    }

    private IngestResult Loop(Crowd crowd)
    {
        var plan = target.Publisher!;
        var sender = crowd.Sender!;
        var settlements = crowd.Settlements;
        var cpu = new CpuWatch(target.Servers);
        long acceptedBegin = 0, acceptedEnd = 0;
        var measuredSeconds = 0.0;
        var isMeasuring = false;
        var unsettled = true;
        Action<long>? open = settings.FixesPerSecond is { } rate ? now => sender.SendDue(now, rate / plan.FixesPerMessage) : null;
        try
        {
            crowd.OpenPublishers(status);
            status.Phase = "warming up";
            status.Numbers = () => $"{settlements.Accepted.Value:#,0} fixes accepted";
            sender.Begin(Clock.Ns);
            if (open is null)
            {
                foreach (var driver in crowd.Publishers) driver.Settled = Refill;
                foreach (var driver in crowd.Publishers) Refill(driver);
            }

            crowd.TurnFor(settings.WarmUp, open);
            status.Phase = "measuring";
            isMeasuring = true;
            var begin = Clock.Ns;
            cpu.Start();
            acceptedBegin = settlements.Accepted.Value;
            settlements.IsMeasuring = true;
            try
            {
                crowd.TurnFor(settings.Measured, open);
            }
            finally
            {
                acceptedEnd = settlements.Accepted.Value;
                cpu.Stop();
                measuredSeconds = (Clock.Ns - begin) / (double)Clock.Second;
                settlements.IsMeasuring = false;
                foreach (var driver in crowd.Publishers) driver.Settled = null;
            }

            status.Phase = "waiting until all is settled";
            unsettled = !crowd.TurnWhileNot(() => !crowd.HasUnsettled, settings.Drain) || !crowd.TurnWhileNot(() => target.IsQuiet, settings.Drain);
            // The drainer looks at the queue now and then: what it counts is whole after its next look.
            crowd.TurnFor(TimeSpan.FromMilliseconds(200));
        }
        catch (OperationCanceledException) when (isMeasuring)
        {
            status.Phase = "interrupted";
        }

        return new IngestResult
        {
            Target = target.Name,
            Drivers = plan.Connections,
            FixesPerReport = plan.FixesPerMessage,
            Door = plan.Answers.ToString(),
            MeasuredSeconds = measuredSeconds,
            Accepted = acceptedEnd - acceptedBegin,
            AcceptedInAll = settlements.Accepted.Value,
            SentInAll = sender.Messages.Value * plan.FixesPerMessage,
            Duplicates = settlements.Duplicates.Value,
            Rejected = settlements.Rejected.Value,
            Errors = settlements.Errors.Value,
            FirstError = settlements.FirstError,
            HasUnsettled = unsettled,
            AskedFixesPerSecond = settings.FixesPerSecond,
            AckLatency = LatencyResult.Of(settlements.Latencies, null),
            CpuSeconds = cpu.Seconds(),
            GeneratorCpuShare = cpu.GeneratorShare,
            OthersCpuShare = cpu.OthersShare,
        };

        void Refill(PublisherConnection driver)
        {
            while (driver.InFlight < settings.Window && sender.SendNext(driver))
            {
                // One more fits into its window.
            }
        }
    }
}
