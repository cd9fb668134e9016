using System.Net;
using RideTracker.Client;
using RideTracker.Client.Records;
using RideTracker.Demo.Pages;
using RideTracker.Fleet;
using RideTracker.Fleet.Rides;
using RideTracker.Protocol;

namespace RideTracker.Demo.Rides;

/// <summary>Runs the simulated fleet against the nodes from when they answer until the demo ends.</summary>
internal sealed partial class DemoFleet(
    DemoSettings settings,
    Town town,
    ApiRides rides,
    RecordsClient records,
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
            await CreateHandTripAsync(stopping.Token);
            _fleet = new SimulatedFleet(
                new()
                {
                    Server = address.Nodes,
                    Token = async (driver, cancel) => (await tokens.ForDriverAsync(driver, cancel)).Token,
                    Cars = settings.Cars,
                    Seed = settings.Seed,
                },
                town,
                rides,
                time,
                loggers);
            await Task.WhenAll(_fleet.RunAsync(stopping.Token), RegisterAsync(_fleet.Drivers, stopping.Token), WatchConnectionsAsync(_fleet, stopping.Token));
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

        if (settings.Api is not null) await CancelTripsAsync();
    }

    private async Task CreateHandTripAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await handTrip.CreateAsync(cancellationToken);
                return;
            }
            catch (RecordsRefusedException refused) when (refused.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                throw new DriverRefusedException(refused.Status, refused.Message);
            }
            catch (Exception trouble) when (trouble is HttpRequestException or RecordsRefusedException)
            {
                LogRecordsAway(trouble.Message);
            }

            await Task.Delay(RetryDelay, time, cancellationToken);
        }
    }

    // All of them, also those that have no ride yet: a dispatcher looks for cars by name and plate. Rides go first.
    private async Task RegisterAsync(IReadOnlyList<SimulatedDriver> drivers, CancellationToken cancellationToken)
    {
        await rides.FirstUnderWay.WaitAsync(cancellationToken);
        foreach (var driver in drivers)
        {
            while (!await TryRegisterAsync(driver, cancellationToken)) await Task.Delay(RetryDelay, time, cancellationToken);
        }
    }

    private async Task<bool> TryRegisterAsync(SimulatedDriver driver, CancellationToken cancellationToken)
    {
        try
        {
            await records.PutDriverAsync(driver.Id, ApiRides.CardOf(driver), cancellationToken);
            return true;
        }
        catch (Exception trouble) when (trouble is HttpRequestException or RecordsRefusedException or TaskCanceledException { InnerException: TimeoutException })
        {
            LogRecordsAway(trouble.Message);
            return false;
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

    // Records outlives this demo: nobody would ever end these.
    private async Task CancelTripsAsync()
    {
        using var patience = new CancellationTokenSource(FarewellTime, time);
        try
        {
            foreach (var trip in book.Going)
            {
                await records.CancelAsync(trip, $"{trip.Value}-farewell", patience.Token);
                book.End(trip, completed: false);
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or RecordsRefusedException or OperationCanceledException)
        {
            LogTripsLeft(book.Going.Count, failure.Message);
        }
    }
}
