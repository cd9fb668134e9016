using RideTracker.LoadTest.Generator;
using RideTracker.LoadTest.Results;
using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Scenarios;

/// <summary>One way for riders to receive, as the lab compares them.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="Wire">What is spoken; null: no riders, the drivers alone.</param>
/// <param name="Interval">Between two requests, where riders ask at their own pace.</param>
internal sealed record LabWay(string Name, RiderWire? Wire, TimeSpan Interval = default)
{
    public static IReadOnlyList<LabWay> All { get; } =
    [
        new("short polling, 5 s", RiderWire.Poll, TimeSpan.FromSeconds(5)),
        new("short polling, 1 s", RiderWire.Poll, TimeSpan.FromSeconds(1)),
        new("long polling", RiderWire.LongPoll),
        new("server-sent events", RiderWire.Sse),
        new("WebSocket", RiderWire.WebSocket),
    ];

    /// <summary>The drivers alone, whose cost is not the riders'.</summary>
    public static LabWay NoRiders { get; } = new("no riders", null);
}

/// <summary>The same rider experience by one way: counts at the riders' sockets, and samples how old what they see is.</summary>
internal sealed class LabRun(RideTrackerTarget target, double fixesPerSecond, RunStatus status)
{
    private static readonly long SampleNs = 50 * Clock.Millisecond;

    public Task<LabResult> RunAsync(LabWay way, TimeSpan warmUp, TimeSpan measured, CancellationToken cancellationToken) => LoopThread.RunAsync(() =>
    {
        var plan = target.RidersBy(way.Wire ?? RiderWire.Sse);
        if (way.Wire is null) plan = plan with { Count = 0 };
        using var crowd = new Crowd(target, fixesPerSecond, keepsCursors: false, cancellationToken, plan);
        return Loop(way, crowd, warmUp, measured);
    });

    private LabResult Loop(LabWay way, Crowd crowd, TimeSpan warmUp, TimeSpan measured)
    {
        var riders = crowd.Riders;
        var cpu = new CpuWatch(target.Servers);
        var ages = new LatencyHistogram();
        var begin = Totals.Of(riders);
        var sampleNs = 0L;
        var isMeasuring = false;
        var pace = new PollPace(riders, way.Interval);
        void Before(long now)
        {
            crowd.Sender!.SendDue(now, fixesPerSecond);
            pace.Turn(now);
            if (!isMeasuring || now < sampleNs) return;
            sampleNs = now + SampleNs;
            foreach (var rider in riders)
                if (rider.LastSentNs > 0) ages.Record(now - rider.LastSentNs);
        }

        crowd.OpenPublishers(status);
        // Riders of a trip whose driver has reported, as riders find it.
        status.Phase = $"{way.Name}: warming up";
        status.Numbers = null;
        crowd.Sender!.Begin(Clock.Ns);
        crowd.TurnFor(TimeSpan.FromSeconds(2), now => crowd.Sender.SendDue(now, fixesPerSecond));
        crowd.OpenRiders(status);
        status.Phase = $"{way.Name}: warming up";
        pace.Begin(Clock.Ns);
        crowd.TurnFor(warmUp, Before);
        status.Phase = $"{way.Name}: measuring";
        status.Numbers = () => $"{crowd.Deliveries.Total:#,0} states";
        begin = Totals.Of(riders);
        crowd.Deliveries.FromNs = Clock.Ns;
        isMeasuring = true;
        cpu.Start();
        crowd.TurnFor(measured, Before);
        cpu.Stop();
        var all = Totals.Of(riders) - begin;
        var minutesOfRiders = Math.Max(1, riders.Length) * measured.TotalMinutes;
        return new LabResult
        {
            Name = way.Name,
            Riders = riders.Length,
            Connections = riders.Count(rider => rider.IsOpen),
            RequestsPerMinute = all.Requests / minutesOfRiders,
            BytesInPerMinute = all.BytesIn / minutesOfRiders,
            BytesOutPerMinute = all.BytesOut / minutesOfRiders,
            StatesPerMinute = all.States / minutesOfRiders,
            ShareWithoutNews = all.Answers > 0 ? all.AnswersWithoutNews / (double)all.Answers : null,
            Age = LatencyResult.Of(ages, null),
            CpuSeconds = cpu.Seconds(),
            MeasuredSeconds = measured.TotalSeconds,
            Refusal = riders.FirstOrDefault(rider => rider.Refusal is not null)?.Refusal,
            OthersCpuShare = cpu.OthersShare,
        };
    }

    private readonly record struct Totals(long Requests, long BytesIn, long BytesOut, long Answers, long AnswersWithoutNews, long States)
    {
        public static Totals Of(Rider[] riders)
        {
            var polling = riders.OfType<PollingRider>().ToList();
            return new Totals(
                riders.Sum(rider => rider.Requests), riders.Sum(rider => rider.BytesIn), riders.Sum(rider => rider.BytesOut), polling.Sum(rider => rider.Answers),
                polling.Sum(rider => rider.AnswersWithoutNews), riders.Sum(rider => rider.States));
        }

        public static Totals operator -(Totals a, Totals b) => new(
            a.Requests - b.Requests, a.BytesIn - b.BytesIn, a.BytesOut - b.BytesOut, a.Answers - b.Answers, a.AnswersWithoutNews - b.AnswersWithoutNews, a.States - b.States);
    }
}
