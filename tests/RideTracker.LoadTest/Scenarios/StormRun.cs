using RideTracker.LoadTest.Generator;
using RideTracker.LoadTest.Results;
using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Scenarios;

/// <summary>How large a storm is.</summary>
internal sealed record StormSettings
{
    /// <summary>Riders 0 to n - 1, each on a driver of its own, stay connected; all others drop.</summary>
    public required int SteadyRiders { get; init; }

    /// <summary>States a second of the steady riders' drivers.</summary>
    public required double SteadyRate { get; init; }

    /// <summary>States a second of all other drivers.</summary>
    public required double OtherRate { get; init; }

    /// <summary>Long enough for every driver to have reported.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>How long the storm may last.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>
/// All riders but the steady ones drop their connections and open others at once, with their cursors. A rider is back once it was answered and has a state
/// at least as new as the newest that was sent to it before the drop. What connects in vain tries again after a quarter of a second.
/// </summary>
internal sealed class StormRun(Target target, StormSettings settings, RunStatus status)
{
    // Between two slices of drops the loop turns, so that the steady riders' latency is the server's and not the generator's.
    private const int DropsAtOnce = 200;
    private static readonly long RetryNs = 250 * Clock.Millisecond;

    /// <summary>The storm's length is no less than this for the steady riders' latencies, however soon it is over.</summary>
    private static readonly TimeSpan LeastMeasured = TimeSpan.FromSeconds(2);

    public async Task<StormResult> RunAsync(CancellationToken cancellationToken)
    {
        using var crowd = new Crowd(target, settings.SteadyRate + settings.OtherRate, keepsCursors: true, cancellationToken, steadyRiders: settings.SteadyRiders);
        var result = await LoopThread.RunAsync(() => Loop(crowd));
        return result with { IsInterrupted = cancellationToken.IsCancellationRequested };
    }

    private StormResult Loop(Crowd crowd)
    {
        var plan = target.Publisher!;
        var steady = new Sender(plan, crowd.Publishers, crowd.Log, crowd.RidersOf, 0, settings.SteadyRiders);
        var others = new Sender(plan, crowd.Publishers, crowd.Log, crowd.RidersOf, settings.SteadyRiders, plan.Topics);
        var cpu = new CpuWatch(target.Servers);
        void Send(long now)
        {
            steady.SendDue(now, settings.SteadyRate);
            others.SendDue(now, settings.OtherRate);
        }

        crowd.OpenPublishers(status);
        crowd.OpenRiders(status);
        status.Phase = "warming up";
        status.Numbers = () => $"{crowd.Deliveries.Total + crowd.OtherDeliveries.Total:#,0} deliveries";
        steady.Begin(Clock.Ns);
        others.Begin(Clock.Ns);
        crowd.TurnFor(settings.WarmUp, Send);
        var calm = Measure(crowd, steady, LeastMeasured, () => true, Send);

        var dropped = crowd.Riders[settings.SteadyRiders..];
        var storm = new Storm(dropped, crowd.Log, RetryNs);
        status.Phase = "storm";
        status.Numbers = () => $"{storm.Back} of {dropped.Length} are back";
        cpu.Start();
        var expectedBefore = steady.Expected;
        SteadyResult rough;
        try
        {
            rough = Measure(crowd, steady, LeastMeasured, () => storm.Back == dropped.Length, now =>
            {
                Send(now);
                storm.Turn(now, DropsAtOnce);
            });
        }
        catch (OperationCanceledException)
        {
            // What was seen of it is shown.
            rough = Seen(crowd, steady.Expected - expectedBefore);
        }

        cpu.Stop();
        return new StormResult
        {
            Target = target.Name,
            Riders = dropped.Length,
            SteadyRiders = settings.SteadyRiders,
            Wire = target.Riders.Wire.ToString(),
            Back = storm.Back,
            DropSeconds = storm.DropSeconds,
            BackAfter = LatencyResult.Of(storm.BackAfter, dropped.Length),
            Retries = storm.Retries,
            FirstRefusal = dropped.FirstOrDefault(rider => rider.Refusal is not null)?.Refusal,
            SteadyCalm = calm,
            SteadyInStorm = rough,
            SteadyCutOff = crowd.Riders.Take(settings.SteadyRiders).Sum(rider => rider.Ends),
            Backwards = crowd.Deliveries.Backwards + crowd.OtherDeliveries.Backwards,
            CpuSeconds = cpu.Seconds(),
            GeneratorCpuShare = cpu.GeneratorShare,
            OthersCpuShare = cpu.OthersShare,
        };
    }

    // Latencies of the steady riders while something goes on.
    private SteadyResult Measure(Crowd crowd, Sender steady, TimeSpan least, Func<bool> isOver, Action<long> before)
    {
        var expectedBefore = steady.Expected;
        crowd.Deliveries.Begin(Clock.Ns);
        steady.IsMeasuring = true;
        var leastUntil = Clock.Ns + (long)(least.TotalSeconds * Clock.Second);
        crowd.TurnWhileNot(() => Clock.Ns >= leastUntil && isOver(), settings.Limit, before);
        steady.IsMeasuring = false;
        crowd.Deliveries.UntilNs = Clock.Ns;
        var expected = steady.Expected - expectedBefore;
        crowd.TurnWhileNot(() => crowd.Deliveries.Measured >= expected, TimeSpan.FromSeconds(3), before);
        return Seen(crowd, expected);
    }

    private static SteadyResult Seen(Crowd crowd, long expected) => new(expected, crowd.Deliveries.Measured, LatencyResult.Of(crowd.Deliveries.Latencies, expected));
}
