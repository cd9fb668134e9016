using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RideTracker.Client;
using RideTracker.Fleet.Rides;
using RideTracker.Protocol.Streets;

namespace RideTracker.Fleet;

/// <summary>Many cars that drive round, take rides, and report through a <see cref="DriverConnection"/> each.</summary>
/// <remarks>
/// <para>
/// <code>
/// var town = Town.Create();
/// var fleet = new SimulatedFleet(new() { Server = url, Token = MintAsync, Cars = 200 }, town, rides);
/// await fleet.RunAsync(stopping);      // until cancelled; then flushes for a bounded time
/// </code>
/// Implement <see cref="IRides"/> to make trips of the rides, with the planned line and seconds of each leg; leave it out if nobody follows them.
/// <see cref="Rides"/> says at any time which rides go on and for how long: some (<see cref="FleetOptions.LongRides"/>) always for long.
/// </para>
/// <para>One scheduler asks all cars: no thread and no timer per fix. Thread-safe for readers while it runs.</para>
/// </remarks>
public sealed partial class SimulatedFleet
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private const int StartsPerTick = 50;

    private readonly FleetOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FleetCar[] _cars;
    private readonly RideBoard _board;
    private int _startedCars;

    /// <summary>A fleet in a town.</summary>
    public SimulatedFleet(FleetOptions options, Town town, IRides? rides = null, TimeProvider? time = null, ILoggerFactory? loggers = null)
        : this(options, town.Graph, town.Places, rides, time, loggers)
    {
    }

    /// <summary>A fleet on any streets; rides begin and end where two named ones cross.</summary>
    /// <exception cref="ArgumentException">An option is out of its range, or there are no two such crossings.</exception>
    public SimulatedFleet(FleetOptions options, StreetGraph graph, IRides? rides = null, TimeProvider? time = null, ILoggerFactory? loggers = null)
        : this(options, graph, PlaceFinder.Find(graph, []), rides, time, loggers)
    {
    }

    /// <summary>A fleet on any streets, with its own places.</summary>
    /// <param name="places">Where rides begin and end; two at least.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SimulatedFleet(FleetOptions options, StreetGraph graph, IReadOnlyList<Place> places, IRides? rides = null, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        options.Validate();
        if (places.Count < 2) throw new ArgumentException("Rides need two places at least.", nameof(places));
        loggers ??= NullLoggerFactory.Instance;
        _options = options;
        _time = time ?? TimeProvider.System;
        _logger = loggers.CreateLogger<SimulatedFleet>();
        _board = new RideBoard(options, rides ?? new NoRides());
        _cars = new FleetCar[options.Cars];
        for (var i = 0; i < _cars.Length; i++) _cars[i] = new FleetCar(options, i, graph, places, _board, _time, loggers);
        Drivers = Array.ConvertAll(_cars, c => c.Driver);
    }

    public IReadOnlyList<SimulatedDriver> Drivers { get; }

    /// <summary>The rides that go on now, in no order.</summary>
    public IReadOnlyCollection<Ride> Rides => _board.Rides;

    /// <summary>What became of the fixes of all cars.</summary>
    public FleetCounters Counters => FleetCounters.Sum(_cars.Select(c => c.Connection));

    /// <summary>Drives until cancelled, then sends for a bounded time what is not settled.</summary>
    /// <exception cref="DriverRefusedException">The server refuses the tokens.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lives = new List<Task>(_cars.Length);
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            using var timer = new PeriodicTimer(Tick, _time);
            do
            {
                StartSome(lives, refused, stopping.Token);
                var nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
                for (var i = 0; i < _startedCars; i++) _cars[i].ReportIfDue(nowMs);
                if (refused.Task.IsCompleted) await refused.Task.ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogStopping(_startedCars);
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(lives).ConfigureAwait(false);
            await Task.WhenAll(_cars.Select(c => c.Connection.DisposeAsync().AsTask())).ConfigureAwait(false);
        }
    }

    // Not all connections in one moment: a thousand cars don't start their phones at once either.
    private void StartSome(List<Task> lives, TaskCompletionSource refused, CancellationToken cancellationToken)
    {
        for (var i = 0; i < StartsPerTick && _startedCars < _cars.Length; i++)
        {
            var car = _cars[_startedCars++];
            car.Connection.Start();
            lives.Add(car.LiveAsync(cancellationToken));
            _ = car.Connection.Completion.ContinueWith(
                c => refused.TrySetException(c.Exception!.InnerExceptions), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Stopping {Cars} cars")]
    private partial void LogStopping(int cars);
}
