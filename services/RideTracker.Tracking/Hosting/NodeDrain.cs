using Microsoft.Extensions.Options;
using RideTracker.Tracking.Delivery;
using RideTracker.Tracking.Ingest;

namespace RideTracker.Tracking.Hosting;

/// <summary>
/// SIGTERM: not ready at once; drivers and riders are told to come back elsewhere, spread over the drain time; reports in flight are settled;
/// only then the server stops.
/// </summary>
public sealed class NodeDrain(IServiceProvider services, IOptions<TrackingOptions> options) : IHostedLifecycleService
{
    private volatile bool _draining;

    /// <summary>The node is going away.</summary>
    public bool Draining => _draining;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _draining = true;
        var time = TimeSpan.FromSeconds(options.Value.DrainSeconds);
        var drivers = services.GetService<IngestConnections>()?.DrainAsync(time) ?? Task.CompletedTask;
        var riders = services.GetService<RiderStreams>()?.DrainAsync(time, cancellationToken) ?? Task.CompletedTask;
        await Task.WhenAll(drivers, riders);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
