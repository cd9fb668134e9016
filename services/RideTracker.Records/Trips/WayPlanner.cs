using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Protocol.Streets;
using RideTracker.Protocol.Trips;
using RideTracker.Records.Database;
using RideTracker.Records.Outbox;
using RideTracker.Records.Routing;

namespace RideTracker.Records.Trips;

/// <summary>Plans ways of trips, beside the commands: a bounded queue of wishes, each driver in it once, and two workers.</summary>
internal sealed partial class WayPlanner : BackgroundService, IPlanWays
{
    private const int Workers = 2;

    // A live view's ETA may be off by as much before a write of its own is worth it (TripProjection).
    private const long EtaTellMs = 15_000;

    private readonly Channel<Wish> _wishes;
    private readonly ConcurrentDictionary<Wish, bool> _waiting = new();
    private readonly IRoutePlanner _planner;
    private readonly DriverPlaces _places;
    private readonly IDbContextFactory<RecordsDb> _databases;
    private readonly OutboxWriter _outbox;
    private readonly TripsMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<WayPlanner> _log;
    private readonly TimeSpan _patience;

    public WayPlanner(
        IRoutePlanner planner, DriverPlaces places, IDbContextFactory<RecordsDb> databases, OutboxWriter outbox, TripsMetrics metrics, IOptions<TripsOptions> options, TimeProvider time, ILogger<WayPlanner> log)
    {
        (_planner, _places, _databases, _outbox, _metrics, _time, _log) = (planner, places, databases, outbox, metrics, time, log);
        _wishes = Channel.CreateBounded<Wish>(options.Value.PlanQueue);
        _patience = TimeSpan.FromSeconds(options.Value.PlanTimeoutSeconds);
    }

    public void WantOf(string driver) => Add(new Wish(driver, false));

    public void WantAnother(string driver) => Add(new Wish(driver, true));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(stoppingToken)));

    private void Add(Wish wish)
    {
        if (!_waiting.TryAdd(wish, true)) return;
        if (_wishes.Writer.TryWrite(wish)) return;
        _waiting.TryRemove(wish, out _);
        _metrics.Dropped();
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        await foreach (var wish in _wishes.Reader.ReadAllAsync(cancellationToken))
        {
            _waiting.TryRemove(wish, out _);
            try
            {
                await PlanAsync(wish, cancellationToken);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                // Whatever it is, the next trip's way does not depend on it.
                _metrics.Planned(PlanOutcome.Failed);
                LogFailed(failure);
            }
        }
    }

    private async Task PlanAsync(Wish wish, CancellationToken cancellationToken)
    {
        List<TripRow> trips;
        await using (var db = await _databases.CreateDbContextAsync(cancellationToken))
        {
            trips = await db.Set<TripRow>().AsNoTracking().Where(row => row.Driver == wish.Driver && row.EndedAt == null).ToListAsync(cancellationToken);
        }

        if (trips.Find(row => row.IsActive) is not { } active) return;
        var queued = trips.Find(row => row.Queued);
        var wantsWay = !active.RouteGiven && active.Status != TripStatus.ArrivedAtPickup && (active.RouteLine is null || wish.Another);
        if (!wantsWay && queued is null) return;
        var place = await _places.FindAsync(active.DriverId!.Value, cancellationToken);
        if (wantsWay) _metrics.Planned(await PlanWayAsync(active, place, cancellationToken));
        if (queued is not null) _metrics.Planned(await ReckonAsync(active, queued, place, cancellationToken));
    }

    private async Task<PlanOutcome> PlanWayAsync(TripRow trip, GeoPoint? place, CancellationToken cancellationToken)
    {
        // The ride begins at the pickup, wherever the phone was last heard; on the way there only the phone can tell.
        if ((place ?? (trip.Status == TripStatus.EnrouteToDropoff ? Pickup(trip) : null)) is not { } from) return PlanOutcome.Nothing;
        var way = await AskAsync(from, new GeoPoint(trip.NextStop.Latitude, trip.NextStop.Longitude), cancellationToken);
        if (way.IsEstimate) return PlanOutcome.Estimate;
        var written = await WriteAsync(trip, row => row.IsActive && !row.RouteGiven, row =>
        {
            row.RouteVersion++;
            row.RouteLine = RouteLines.Write(way.Line);
            row.RouteSeconds = way.Seconds;
        }, cancellationToken);
        return written ? PlanOutcome.Way : PlanOutcome.Nothing;
    }

    // The rest of the active trip, and from its end to the next one's pickup.
    private async Task<PlanOutcome> ReckonAsync(TripRow active, TripRow queued, GeoPoint? place, CancellationToken cancellationToken)
    {
        var dropoff = new GeoPoint(active.DropoffLat, active.DropoffLng);
        var stops = active.Status switch
        {
            TripStatus.EnrouteToDropoff => new List<GeoPoint> { place ?? Pickup(active), dropoff },
            TripStatus.ArrivedAtPickup => [Pickup(active), dropoff],
            _ => [place ?? Pickup(active), Pickup(active), dropoff],
        };
        stops.Add(Pickup(queued));
        var (seconds, meters) = (0d, 0d);
        for (var i = 1; i < stops.Count; i++)
        {
            var leg = await AskAsync(stops[i - 1], stops[i], cancellationToken);
            seconds += leg.Seconds;
            meters += leg.Meters;
        }

        var at = _time.GetUtcNow().ToUnixTimeMilliseconds() + (long)(seconds * 1_000);
        if (queued.EtaMs is { } told && Math.Abs(told - at) < EtaTellMs) return PlanOutcome.Nothing;
        var written = await WriteAsync(queued, row => row.Queued, row => (row.EtaMs, row.EtaMeters) = (at, Math.Round(meters)), cancellationToken);
        return written ? PlanOutcome.Eta : PlanOutcome.Nothing;
    }

    private async Task<PlannedWay> AskAsync(GeoPoint from, GeoPoint to, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_patience);
        return await Task.Run(() => _planner.PlanAsync(from, to, patience.Token).AsTask(), patience.Token).WaitAsync(patience.Token);
    }

    // Only if the trip and its way are as they were when this was asked for: two workers may be at the same driver. The trip's version stays: what riders and operators mean by it is status and driver.
    private async Task<bool> WriteAsync(TripRow seen, Func<TripRow, bool> isRight, Action<TripRow> change, CancellationToken cancellationToken)
    {
        var written = await _databases.InTransactionAsync(async db =>
        {
            await DriverLocks.TakeAsync(db, seen.Driver, null, cancellationToken);
            var row = await db.Set<TripRow>().SingleOrDefaultAsync(one => one.Id == seen.Id, cancellationToken);
            if (row is null || row.Version != seen.Version || row.RouteVersion != seen.RouteVersion || !isRight(row)) return (false, false);
            change(row);
            _outbox.Add(db, TripProjector.Word, row.Id);
            await db.SaveChangesAsync(cancellationToken);
            return (true, true);
        }, cancellationToken);
        if (written) _outbox.Wake();
        return written;
    }

    private static GeoPoint Pickup(TripRow trip) => new(trip.PickupLat, trip.PickupLng);

    [LoggerMessage(723, LogLevel.Warning, "A way could not be planned; the trip goes on without, and it is tried again as the car moves.")]
    private partial void LogFailed(Exception failure);

    private readonly record struct Wish(string Driver, bool Another);
}
