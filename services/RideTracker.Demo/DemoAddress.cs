using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace RideTracker.Demo;

/// <summary>Where this process serves, and where the nodes answer that the fleet reports to.</summary>
internal sealed class DemoAddress(DemoSettings settings, IServer server, IHostApplicationLifetime lifetime)
{
    /// <summary>Base URL of this process, known once it serves.</summary>
    public Uri Own => new(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First().Replace("[::]", "localhost", StringComparison.Ordinal));

    /// <summary>Base URL of the nodes.</summary>
    public Uri Nodes => settings.Api ?? Own;

    /// <summary>Waits until this process serves.</summary>
    public async Task ServingAsync(CancellationToken cancellationToken)
    {
        var serving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var started = lifetime.ApplicationStarted.Register(serving.SetResult);
        await serving.Task.WaitAsync(cancellationToken);
    }
}
