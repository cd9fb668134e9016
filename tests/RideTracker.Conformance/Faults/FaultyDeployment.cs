using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.Conformance.Faults;

/// <summary>Good nodes, seen through a server that breaks one thing.</summary>
internal sealed class FaultyDeployment : Deployment
{
    private readonly OwnDeployment _good;
    private readonly FaultyServer _server;

    private FaultyDeployment(OwnDeployment good, FaultyServer server, Fault fault)
    {
        // What should come at once and does not is not waited for long where it never will.
        Patience = fault == Fault.None ? good.Patience : TimeSpan.FromSeconds(4);
        _good = good;
        _server = server;
    }

    public override ITestServer Node => _server;

    /// <summary>None: drivers report through the server that breaks things, too.</summary>
    public override ITestServer? Other => null;

    public override TimeSpan Patience { get; }

    public static async Task<FaultyDeployment> StartAsync(OwnDeployment good, Fault fault)
    {
        var deployment = new FaultyDeployment(good, await FaultyServer.StartAsync(good.Node, fault), fault);
        await deployment.ReadCapabilitiesAsync();
        return deployment;
    }

    public override string? Lacks(Need needs) => (needs & ~Need.TripEnd) == 0 ? null : "the faulty server is one alone";

    public override Task<Ride> BeginRideAsync() => _good.BeginRideAsync(this);

    public override ValueTask DisposeAsync() => _server.DisposeAsync();
}
