using RideTracker.LoadTest.Generator;
using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Scenarios;

/// <summary>All connections of a run on their loop: opens publishers and riders, a few at a time, and waits until they stand.</summary>
internal sealed class Crowd : IDisposable
{
    // Well under the backlog of every server here (Kestrel's is 512), so that no connect waits for TCP's retry.
    private const int MostConnecting = 64;
    private static readonly long ConnectPatienceNs = 60 * Clock.Second;

    private readonly CancellationToken _cancellationToken;
    private readonly Counter _publishersReady = new();
    private readonly Counter _ridersReady = new();

    /// <param name="messagesPerSecond">At most, so that enough sending times are remembered.</param>
    /// <param name="riders">Another plan of riders than the target's own.</param>
    /// <param name="steadyRiders">Riders from this number on are counted apart (<see cref="OtherDeliveries"/>); null: none.</param>
    public Crowd(Target target, double messagesPerSecond, bool keepsCursors, CancellationToken cancellationToken, RiderPlan? riders = null, int? steadyRiders = null)
    {
        _cancellationToken = cancellationToken;
        var plan = riders ?? target.Riders;
        var topics = target.Publisher?.Topics ?? Math.Max(1, plan.Count);
        Log = new SendLog(topics, messagesPerSecond, seconds: 10);
        Deliveries = new Deliveries(Log, plan.Stamp);
        OtherDeliveries = new Deliveries(Log, plan.Stamp);
        RidersOf = new int[topics];
        Riders = new Rider[plan.Count];
        for (var i = 0; i < Riders.Length; i++)
        {
            Riders[i] = Rider.Create(Poller, plan, i < (steadyRiders ?? int.MaxValue) ? Deliveries : OtherDeliveries, i, keepsCursors);
            Riders[i].ReadyCount = _ridersReady;
            RidersOf[Riders[i].Topic]++;
        }

        Publishers = [.. Enumerable.Range(0, target.Publisher?.Connections ?? 0).Select(i => new PublisherConnection(Poller, target.Publisher!, Settlements, i) { ReadyCount = _publishersReady })];
        if (target.Publisher is { } publisher) Sender = new Sender(publisher, Publishers, Log, RidersOf, 0, publisher.Topics);
    }

    public Poller Poller { get; } = new();

    public SendLog Log { get; }

    public Deliveries Deliveries { get; }

    /// <summary>What riders got that are not measured.</summary>
    public Deliveries OtherDeliveries { get; }

    public Settlements Settlements { get; } = new();

    public Rider[] Riders { get; }

    public PublisherConnection[] Publishers { get; }

    /// <summary>Null if the target publishes by itself.</summary>
    public Sender? Sender { get; }

    /// <summary>How many riders watch each topic.</summary>
    public int[] RidersOf { get; }

    public Counter ReadyRiders => _ridersReady;

    /// <summary>Messages that were sent and are not settled.</summary>
    public bool HasUnsettled => Publishers.Any(publisher => publisher.InFlight > 0);

    /// <summary>Opens all publishers.</summary>
    /// <exception cref="LoadTestException">One is refused, or it takes too long.</exception>
    public void OpenPublishers(RunStatus status)
    {
        status.Phase = "connecting publishers";
        status.Numbers = () => $"{_publishersReady.Value} of {Publishers.Length}";
        OpenAll(Publishers, _publishersReady, () => Settlements.FirstError);
    }

    /// <summary>Opens all riders.</summary>
    /// <exception cref="LoadTestException">One is refused, or it takes too long.</exception>
    public void OpenRiders(RunStatus status)
    {
        status.Phase = "connecting riders";
        status.Numbers = () => $"{_ridersReady.Value} of {Riders.Length}";
        OpenAll(Riders, _ridersReady, () => Riders.FirstOrDefault(rider => rider.Refusal is not null)?.Refusal);
    }

    /// <summary>Turns the loop for a while, doing something before each turn.</summary>
    public void TurnFor(TimeSpan time, Action<long>? before = null) => TurnUntil(Clock.Ns + (long)(time.TotalSeconds * Clock.Second), before);

    /// <summary>Turns the loop until a moment of the monotonic clock.</summary>
    public void TurnUntil(long untilNs, Action<long>? before = null)
    {
        while (Clock.Ns is var now && now < untilNs)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            before?.Invoke(now);
            Poller.Turn(1);
        }
    }

    /// <summary>Turns the loop until something is so, or a time has passed.</summary>
    /// <returns>Whether it is so.</returns>
    public bool TurnWhileNot(Func<bool> isSo, TimeSpan limit, Action<long>? before = null)
    {
        var deadline = Clock.Ns + (long)(limit.TotalSeconds * Clock.Second);
        var look = 0L;
        while (true)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            var now = Clock.Ns;
            if (now >= look)
            {
                if (isSo()) return true;
                if (now >= deadline) return false;
                // Looking may mean to go through all connections.
                look = now + 10 * Clock.Millisecond;
            }

            before?.Invoke(now);
            Poller.Turn(1);
        }
    }

    public void Dispose() => Poller.Dispose();

    private void OpenAll(Connection[] connections, Counter ready, Func<string?> trouble)
    {
        var deadline = Clock.Ns + ConnectPatienceNs;
        var opened = 0;
        while (ready.Value < connections.Length)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            while (opened < connections.Length && opened - ready.Value < MostConnecting) connections[opened++].Open();
            Poller.Turn(1);
            if (Clock.Ns <= deadline) continue;
            throw new LoadTestException(ExitCodes.Void, $"Only {ready.Value} of {connections.Length} connections stand after {ConnectPatienceNs / Clock.Second} s: {trouble() ?? "no answer"}.");
        }
    }
}
