using RideTracker.LoadTest.Processes;

namespace RideTracker.LoadTest.Targets;

/// <summary>What a run measures: processes on the servers' core, how riders subscribe to it, how states are published to it. Disposing it ends its processes.</summary>
/// <remarks>
/// RideTracker is one (<see cref="RideTrackerTarget"/>), each peer another. A target is started ready to be subscribed to: the run connects the
/// publishers, reads the memory, connects the riders, reads it again, warms up, measures, and waits until all that was sent has arrived or has no time left.
/// </remarks>
internal abstract class Target : IAsyncDisposable
{
    /// <summary>As tables and JSON name it: <c>ridetracker</c>, <c>nchan</c>, ...</summary>
    public abstract string Name { get; }

    /// <summary>All server processes, Redis included: their CPU and memory are the target's.</summary>
    public abstract IReadOnlyList<ServerProcess> Servers { get; }

    /// <summary>Versions of what runs, for the header.</summary>
    public abstract IReadOnlyDictionary<string, string> Versions { get; }

    /// <summary>How riders subscribe.</summary>
    public abstract RiderPlan Riders { get; }

    /// <summary>How states get in; null if the target publishes by itself (<see cref="SelfPublishedPerSecond"/>).</summary>
    public abstract PublishPlan? Publisher { get; }

    /// <summary>States a second that a target without a publisher writes to its riders.</summary>
    public virtual double SelfPublishedPerSecond => 0;

    /// <summary>Bytes that the server has allocated since it started, process-wide; null where it can't tell.</summary>
    public virtual Task<long?> AllocatedBytesAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    /// <summary>Counters of its own for the JSON and the checks at the end, such as what the history queue brought; empty by default.</summary>
    public virtual IReadOnlyDictionary<string, double> Counters => new Dictionary<string, double>();

    /// <summary>Whether its queues are empty, so that the clock may stop: true where it has none.</summary>
    public virtual bool IsQuiet => true;

    /// <summary>The settings that its servers were started with, for the JSON; without secrets.</summary>
    public virtual IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>();

    /// <summary>Ends its processes and removes what they wrote.</summary>
    public abstract ValueTask DisposeAsync();
}
