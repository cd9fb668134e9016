using System.Net.Http.Json;
using System.Text.Json;
using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.Conformance;

/// <summary>What the table is tried on: nodes of our own, or whatever an operator names.</summary>
internal abstract class Deployment : IAsyncDisposable
{
    private int _aliveSeconds;

    /// <summary>The node that riders watch.</summary>
    public abstract ITestServer Node { get; }

    /// <summary>Another node behind the same hub, if there is one.</summary>
    public abstract ITestServer? Other { get; }

    /// <summary>How long anything may take that should come at once.</summary>
    public virtual TimeSpan Patience => TimeSpan.FromSeconds(60);

    /// <summary>Whether rides share a driver and a trip: then a node may hold a state of it that is a moment old.</summary>
    public virtual bool IsShared => false;

    /// <summary>Whether the nodes' sockets hold little, so that a slow reader is noticed after kilobytes.</summary>
    public virtual bool HasSmallBuffers => false;

    /// <summary>How long a stream may be silent, by the deployment's own word.</summary>
    public TimeSpan Alive => TimeSpan.FromSeconds(_aliveSeconds);

    /// <summary>Why such a case can't be tried here; null if it can.</summary>
    public abstract string? Lacks(Need needs);

    /// <summary>A driver on a trip that has reported once.</summary>
    public abstract Task<Ride> BeginRideAsync();

    public abstract ValueTask DisposeAsync();

    protected async Task ReadCapabilitiesAsync()
    {
        using var capabilities = await Node.Http.GetFromJsonAsync<JsonDocument>("v1/capabilities", TestContext.Current.CancellationToken);
        _aliveSeconds = capabilities!.RootElement.GetProperty("aliveSeconds").GetInt32();
    }
}
