using RideTracker.Protocol.Hub;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>Runs the product's scripts with every PUBLISH left out: as if Redis had lost the messages on their way.</summary>
internal sealed class MutedScripts(IHubScripts hub) : IHubScripts
{
    private const string Publish = "redis.call('PUBLISH', ";

    public int Partitions => hub.Partitions;

    public Task<long> RunAsync(HubScript script, string[] keys, string[] arguments, CancellationToken cancellationToken) =>
        hub.RunAsync(script with { Text = script.Text.Replace(Publish, "tostring(", StringComparison.Ordinal) }, keys, arguments, cancellationToken);
}
