using RideTracker.Client;
using RideTracker.Demo.Pages;
using RideTracker.Fleet;
using RideTracker.Fleet.Rides;
using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;

namespace RideTracker.Demo.Rides;

/// <summary>Runs the simulated fleet against the nodes from when they answer until the demo ends.</summary>
internal sealed partial class DemoFleet(
    DemoSettings settings,
    Town town,
    TripWriter writer,
    TripBook book,
    HandTrip handTrip,
    DemoTokens tokens,
    DemoAddress address,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILoggerFactory loggers) : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(3);

    private readonly ILogger _logger = loggers.CreateLogger<DemoFleet>();
    private SimulatedFleet? _fleet;

    /// <summary>The trips that go on for so long at least, the longest first.</summary>
    public IReadOnlyList<TripId> TripsGoingOnFor(TimeSpan atLeast) =>
        [.. (_fleet?.Rides ?? []).Where(ride => ride.Phase > RidePhase.Requested && ride.Remaining >= atLeast).OrderByDescending(ride => ride.Remaining).Select(ride => ride.Id)];

    /// <summary>What became of the fleet's fixes.</summary>
    public DriverCounters Fixes => _fleet?.Counters.Fixes ?? new DriverCounters();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // From the moment of Ctrl-C, not when it is this service's turn: the web server before it waits for the cars to hang up.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            await address.ServingAsync(stopping.Token);
            await WriteHandTripAsync(stopping.Token);
            _fleet = new SimulatedFleet(
                new()
                {
                    Server = address.Nodes,
                    Token = (driver, _) => new(tokens.ForDriver(driver).Token),
                    Cars = settings.Cars,
                    Seed = settings.Seed,
                },
                town,
                writer,
                time,
                loggers);
            await Task.WhenAll(_fleet.RunAsync(stopping.Token), WatchConnectionsAsync(_fleet, stopping.Token));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStoppedEarly();
        }
        catch (DriverRefusedException refused)
        {
            LogRefused(refused.Message);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }

        if (settings.Attachment is not null) await CancelTripsAsync();
    }

    private async Task WriteHandTripAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await writer.WriteAsync(handTrip.Create(), cancellationToken);
                return;
            }
            catch (HubUnavailableException trouble)
            {
                LogHubAway(trouble.Message);
            }

            await Task.Delay(RetryDelay, time, cancellationToken);
        }
    }

    // One line for the whole fleet: each car's own trouble is not logged.
    private async Task WatchConnectionsAsync(SimulatedFleet fleet, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(WatchInterval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (fleet.Counters is { Connected: 0, LastError: var why }) LogNobodyConnected(address.Nodes, why ?? "no answer yet");
        }
    }

    // The hub outlives this demo: nobody would ever end these.
    private async Task CancelTripsAsync()
    {
        using var patience = new CancellationTokenSource(FarewellTime, time);
        try
        {
            foreach (var trip in book.Going) await writer.WriteAsync(trip with { Status = TripStatus.Canceled, Version = trip.Version + 1 }, patience.Token);
        }
        catch (Exception failure) when (failure is HubUnavailableException or OperationCanceledException)
        {
            LogTripsLeft(book.Going.Count, failure.Message);
        }
    }
}
