using System.Collections.Concurrent;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub;
using RideTracker.Tracking.Ingest;

namespace RideTracker.Tests.Ingest;

/// <summary>A hub in memory that keeps to the contract of the real one, and that a test can switch off, fill or hold.</summary>
internal sealed class FakeHub
{
    private readonly Lock _gate = new();
    private readonly Dictionary<DriverId, SortedDictionary<long, DriverFix>> _taken = [];
    private readonly ConcurrentDictionary<DriverId, Action<ReadOnlyMemory<byte>>> _listeners = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private readonly ConcurrentBag<Held> _holds = [];
    private Held? _held;
    private int _writes;

    /// <summary>What the next calls answer with.</summary>
    public HubOutcome Outcome { get; set; } = HubOutcome.Taken;

    /// <summary>The trip that every driver is on.</summary>
    public SlotTrip? Trip { get; set; }

    /// <summary>How much every driver's fixes are wanted.</summary>
    public DriverDemand Demand { get; set; }

    /// <summary>When every driver is off duty, from and to (Unix ms).</summary>
    public (long FromMs, long ToMs)? OffDuty { get; set; }

    public string Incarnation { get; set; } = "hub-1";

    public IngestHub AsIngestHub() => new()
    {
        WriteAsync = WriteAsync,
        QueueAsync = (queued, cancellationToken) =>
        {
            _ = AnswerAsync(queued, cancellationToken);
            return ValueTask.CompletedTask;
        },
        ReadSlotAsync = (driver, _) => Outcome == HubOutcome.Unavailable ? throw new HubUnavailableException("off") : ValueTask.FromResult<DriverSlot?>(Slot(driver)),
        SubscribeControlAsync = (driver, onTrip, _) =>
        {
            if (Outcome == HubOutcome.Unavailable) throw new HubUnavailableException("off");
            _listeners[driver] = onTrip;
            return ValueTask.FromResult<IDisposable>(new Nothing());
        },
        Incarnation = () => Incarnation,
    };

    /// <summary>Reports that come from now on wait in the hub until what this returns is disposed of.</summary>
    public IDisposable Hold()
    {
        var hold = new Held();
        lock (_gate) _held = hold;
        _holds.Add(hold);
        return hold;
    }

    /// <summary>Nothing waits any more.</summary>
    public void Release()
    {
        lock (_gate) _held = null;
        foreach (var hold in _holds) hold.Dispose();
    }

    /// <summary>Once so many reports came, repeats included.</summary>
    public Task WrittenAsync(int count)
    {
        lock (_gate)
        {
            if (_writes >= count) return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((count, reached));
            return reached.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
    }

    public IReadOnlyList<DriverFix> Taken(string driver)
    {
        lock (_gate) return _taken.TryGetValue(DriverId.Parse(driver), out var fixes) ? [.. fixes.Values] : [];
    }

    public void Push(string driver, string json) => _listeners[DriverId.Parse(driver)](System.Text.Encoding.UTF8.GetBytes(json));

    private async ValueTask<HubVerdict> WriteAsync(DriverReport report, CancellationToken cancellationToken)
    {
        Task? held;
        lock (_gate)
        {
            _writes++;
            foreach (var (count, reached) in _waiting)
            {
                if (_writes >= count) reached.TrySetResult();
            }

            held = _held?.Released.Task;
        }

        if (held is not null) await held.WaitAsync(cancellationToken);
        if (Outcome != HubOutcome.Taken) return new HubVerdict(Outcome, 0, 0, 0, Trip is not null, Demand);
        lock (_gate)
        {
            if (!_taken.TryGetValue(report.Driver, out var fixes)) _taken[report.Driver] = fixes = [];
            var refused = report.Fixes.Select((fix, place) => (fix, place))
                .Where(one => one.fix.FixTimeMs >= OffDuty?.FromMs && one.fix.FixTimeMs < OffDuty?.ToMs).Select(one => one.place).ToList();
            var accepted = report.Fixes.Where((_, place) => !refused.Contains(place)).Count(fix => fixes.TryAdd(fix.FixTimeMs, fix));
            var demand = OffDuty is { ToMs: long.MaxValue } ? Demand | DriverDemand.OffDuty : Demand;
            return new HubVerdict(HubOutcome.Taken, accepted, report.Fixes.Count - accepted - refused.Count, fixes.Keys.LastOrDefault(), Trip is not null, demand)
            {
                OffDuty = refused.Count == 0 ? null : refused,
            };
        }
    }

    private async Task AnswerAsync(QueuedReport queued, CancellationToken cancellationToken)
    {
        HubVerdict verdict;
        try
        {
            verdict = await WriteAsync(queued.Report, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The connection is gone.
            return;
        }

        queued.Answer(in verdict);
    }

    private DriverSlot Slot(DriverId driver)
    {
        lock (_gate)
        {
            return new DriverSlot(driver)
            {
                Number = 1,
                Newest = _taken.TryGetValue(driver, out var fixes) && fixes.Count > 0 ? fixes.Values.Last() : null,
                OffDuty = OffDuty is { ToMs: long.MaxValue },
                Trip = Trip,
            };
        }
    }

    private sealed class Held : IDisposable
    {
        public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose() => Released.TrySetResult();
    }

    private sealed class Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
