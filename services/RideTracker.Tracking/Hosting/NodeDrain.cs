using Microsoft.Extensions.Options;
using RideTracker.Tracking.Delivery;
using RideTracker.Tracking.Ingest;

namespace RideTracker.Tracking.Hosting;

/// <summary>
/// SIGTERM: not ready at once; drivers and riders are told to come back elsewhere, spread over the drain time; reports in flight are settled;
/// only then the server stops.
/// </summary>
public sealed class NodeDrain(IServiceProvider services, IOptions<TrackingOptions> options, TimeProvider clock) : IHostedLifecycleService
{
    private readonly Lock _gate = new();
    private volatile bool _draining;
    private Task? _drain;

    /// <summary>Raised once, when the node begins to go away.</summary>
    public event Action? Began;

    /// <summary>The node is going away.</summary>
    public bool Draining => _draining;

    /// <summary>Sends everybody away; once, however often it is asked for. Ends at the drain time at the latest, give or take some seconds.</summary>
    public Task DrainAsync()
    {
        lock (_gate) return _drain ??= SendAwayAsync();
    }

    /// <summary>Where the host is stopped by something else than a signal (<see cref="NodeLifetime"/>).</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => DrainAsync().WaitAsync(cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task SendAwayAsync()
    {
        _draining = true;
        Began?.Invoke();
        var time = TimeSpan.FromSeconds(options.Value.DrainSeconds);
        using var limit = new CancellationTokenSource(time + TimeSpan.FromSeconds(5), clock);
        var drivers = services.GetService<IngestConnections>()?.DrainAsync(time) ?? Task.CompletedTask;
        var riders = services.GetService<RiderStreams>()?.DrainAsync(time, limit.Token) ?? Task.CompletedTask;
        await Task.WhenAll(drivers, riders);
    }
}
