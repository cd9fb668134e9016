using RideTracker.LoadTest.Processes;
using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Peers;

/// <summary>A peer that runs: what its starter (<c>NchanPeer</c>, <c>SignalRPeer</c>, ...) put together.</summary>
internal sealed class PeerTarget : Target
{
    private readonly IReadOnlyList<IAsyncDisposable> _parts;

    /// <param name="parts">What runs, in the order in which it is to be ended.</param>
    public PeerTarget(string name, IReadOnlyList<ServerProcess> servers, IReadOnlyDictionary<string, string> versions, RiderPlan riders, PublishPlan? publisher, params IReadOnlyList<IAsyncDisposable> parts)
    {
        Name = name;
        Servers = servers;
        Versions = versions;
        Riders = riders;
        Publisher = publisher;
        _parts = parts;
    }

    public override string Name { get; }

    public override IReadOnlyList<ServerProcess> Servers { get; }

    public override IReadOnlyDictionary<string, string> Versions { get; }

    public override RiderPlan Riders { get; }

    public override PublishPlan? Publisher { get; }

    /// <summary>Only the floor has one.</summary>
    public double OwnRate { get; init; }

    public override double SelfPublishedPerSecond => OwnRate;

    public override async ValueTask DisposeAsync()
    {
        foreach (var part in _parts) await part.DisposeAsync();
    }
}
