using Microsoft.Extensions.Logging;
using RideTracker.Client;
using RideTracker.Fleet.Driving;
using RideTracker.Fleet.Rides;
using RideTracker.Protocol.Streets;

namespace RideTracker.Fleet;

/// <summary>One driver of the fleet: car, phone and connection, and the round of idling and riding.</summary>
internal sealed partial class FleetCar
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    // A phone that stands still says so before the server calls it stale, which is 10 s at the earliest.
    private const long LongestSilenceMs = 8_000;
    private const double TypicalRideSeconds = 480;

    private readonly FleetOptions _options;
    private readonly int _index;
    private readonly Car _car;
    private readonly Phone _phone;
    private readonly RidePlanner _planner;
    private readonly RideBoard _board;
    private readonly SeededRandom _random;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _dueMs;
    private long _intervalMs;
    private long _reportedMs;
    private GeoPoint _reportedAt;

    public FleetCar(FleetOptions options, int index, StreetGraph graph, IReadOnlyList<Place> places, RideBoard board, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _index = index;
        _board = board;
        _time = time;
        _logger = loggers.CreateLogger<FleetCar>();
        // Streams of their own, so that what a phone measures does not change where the car goes.
        _random = SeededRandom.Stream(options.Seed, index * 4);
        _phone = new Phone(SeededRandom.Stream(options.Seed, (index * 4) + 1));
        _planner = new RidePlanner(graph, places, SeededRandom.Stream(options.Seed, (index * 4) + 2));
        Driver = SimulatedDriver.Create(options.DriverPrefix, index, SeededRandom.Stream(options.Seed, (index * 4) + 3));
        _car = new Car(graph, places[_random.Below(places.Count)].Node, time);
        Connection = new DriverConnection(
            new() { Server = options.Server, Driver = Driver.Id, Door = options.Door, Token = cancel => options.Token(Driver.Id, cancel) },
            time,
            loggers.CreateLogger<DriverConnection>());
    }

    public SimulatedDriver Driver { get; }

    public DriverConnection Connection { get; }

    /// <summary>Takes a fix and reports it, if it is time to.</summary>
    public void ReportIfDue(long nowMs)
    {
        var advice = _options.ObeysAdvice ? Connection.Advice : null;
        var intervalMs = advice is null ? (long)_options.FixInterval.TotalMilliseconds : Math.Clamp(advice.IntervalMs, 100, 60_000);
        // Asked for more: now, and not when it would have been time. The cars keep to different moments.
        if (intervalMs < _intervalMs) _dueMs = Math.Min(_dueMs, nowMs + ((_index * 137L) % intervalMs));
        _intervalMs = intervalMs;
        if (nowMs < _dueMs) return;
        // The first fixes of many cars are spread over the interval; a phone that is late doesn't catch up.
        if (_dueMs == 0) _dueMs = nowMs - intervalMs + ((_index * 137L) % intervalMs);
        _dueMs += intervalMs * Math.Max(1, ((nowMs - _dueMs) / intervalMs) + 1);
        var motion = _car.Motion;
        var stands = advice is { MinDistance: > 0 } && _reportedAt.MetersTo(motion.Position) < advice.MinDistance;
        if (stands && nowMs - _reportedMs < Math.Max(LongestSilenceMs, 2 * intervalMs)) return;
        if (!_phone.TryTakeFix(nowMs, in motion, out var fix)) return;
        Connection.Report(in fix);
        _reportedMs = nowMs;
        _reportedAt = motion.Position;
    }

    /// <summary>Idles and rides until cancelled.</summary>
    public async Task LiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            var busy = _options.BusyShare;
            // At first as many cars have a ride as later on the average.
            var idle = _random.Chance(busy) ? TimeSpan.FromSeconds(_random.Between(0, 3)) : IdleTime(_random.NextDouble());
            while (true)
            {
                await IdleAsync(idle, cancellationToken).ConfigureAwait(false);
                await RideAsync(cancellationToken).ConfigureAwait(false);
                idle = IdleTime(1);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogStopped(Driver.Id.Value);
        }
    }

    private TimeSpan IdleTime(double share)
    {
        if (_options.BusyShare <= 0) return TimeSpan.FromDays(1);
        return TimeSpan.FromSeconds(TypicalRideSeconds * (1 - _options.BusyShare) / _options.BusyShare * _random.Between(0.5, 1.5) * share);
    }

    private async Task IdleAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        while (time - _time.GetElapsedTime(start) is var left && left > TimeSpan.Zero)
        {
            var pause = TimeSpan.FromSeconds(_random.Between(5, 40));
            await Task.Delay(pause < left ? pause : left, _time, cancellationToken).ConfigureAwait(false);
            if (pause >= left) return;
            var (drive, node) = _planner.ChooseCruise(_car.Node);
            await _car.GoAsync(drive, node, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RideAsync(CancellationToken cancellationToken)
    {
        var atLeast = _board.NextAtLeast(_random);
        var choice = _planner.ChooseRide(_car.Node, atLeast);
        var plan = new RidePlan(Driver, choice.Pickup, choice.Dropoff);
        var id = await InsistAsync(() => _board.Listener.RequestedAsync(plan, cancellationToken), cancellationToken).ConfigureAwait(false);
        var ride = new Ride(id, plan, choice.Duration, _time);
        _board.Add(ride, atLeast > TimeSpan.Zero);
        try
        {
            ride.Phase = RidePhase.ToPickup;
            await InsistAsync(() => _board.Listener.AssignedAsync(ride, Leg.Of(choice.ToPickup), cancellationToken), cancellationToken).ConfigureAwait(false);
            await _car.GoAsync(choice.ToPickup, choice.Pickup.Node, cancellationToken).ConfigureAwait(false);
            ride.Phase = RidePhase.AtPickup;
            await InsistAsync(() => _board.Listener.ArrivedAsync(ride, cancellationToken), cancellationToken).ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromSeconds(choice.WaitSeconds), _time, cancellationToken).ConfigureAwait(false);
            ride.Phase = RidePhase.ToDropoff;
            await InsistAsync(() => _board.Listener.StartedAsync(ride, Leg.Of(choice.ToDropoff), cancellationToken), cancellationToken).ConfigureAwait(false);
            await _car.GoAsync(choice.ToDropoff, choice.Dropoff.Node, cancellationToken).ConfigureAwait(false);
            ride.Phase = RidePhase.Complete;
            await InsistAsync(() => _board.Listener.CompletedAsync(ride, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _board.Remove(ride);
        }
    }

    private async Task InsistAsync(Func<ValueTask> call, CancellationToken cancellationToken) => await InsistAsync(
        async () =>
        {
            await call().ConfigureAwait(false);
            return true;
        },
        cancellationToken).ConfigureAwait(false);

    private async Task<T> InsistAsync<T>(Func<ValueTask<T>> call, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
            {
                LogRideTrouble(Driver.Id.Value, e.Message);
            }

            await Task.Delay(RetryDelay, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Driver {Driver}: a ride could not be told of, and will be again: {Why}")]
    private partial void LogRideTrouble(string driver, string why);

    [LoggerMessage(2, LogLevel.Debug, "Driver {Driver}: stopped")]
    private partial void LogStopped(string driver);
}
