using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;
using RideTracker.Records.Database;
using RideTracker.Records.Hub;
using RideTracker.Records.Outbox;

namespace RideTracker.Records.Trips;

/// <summary>
/// Takes the arrivals that the tracking nodes' script found from the hub. An element is taken off only once the transaction that applied it is committed, and only
/// if it is still the one that was read; applying it twice changes nothing. So Records may be down, killed in between, or running twice.
/// </summary>
internal sealed partial class ArrivalReader(
    HubConnection hub, IDbContextFactory<RecordsDb> databases, TripChanges changes, OutboxWriter outbox, IPlanWays ways, TripsMetrics metrics, IOptions<TripsOptions> options, TimeProvider time,
    ILogger<ArrivalReader> log) : BackgroundService
{
    private const int BatchElements = 100;

    private static readonly HubScript TrimScript = HubScript.Beside(typeof(ArrivalReader), "trim");

    private bool _outage;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Value.ArrivalPollMs), time);
        do
        {
            try
            {
                await LookAsync(stoppingToken);
                if (_outage) LogBack();
                _outage = false;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested && (DatabaseTrouble.Is(failure) || HubTrouble.Is(failure)))
            {
                if (!_outage) LogOutage(failure.Message);
                _outage = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var database = await hub.OpenAsync(cancellationToken);
        // All partitions in one round trip: mostly there is nothing.
        var reads = Enumerable.Range(0, hub.Partitions).Select(partition => database.ListRangeAsync(HubKeys.Arrivals(partition), 0, BatchElements - 1)).ToArray();
        for (var partition = 0; partition < reads.Length; partition++)
        {
            var elements = await reads[partition].WaitAsync(cancellationToken);
            while (elements.Length > 0)
            {
                foreach (var element in elements) await ApplyAsync((byte[])element!, cancellationToken);
                // As bytes: one that is no text must match too, or it would be read for ever.
                var trimmed = (long)await hub.EvaluateAsync(TrimScript, [HubKeys.Arrivals(partition)], [elements.Length, elements[^1]], cancellationToken);
                // Another host took them, or there are no more: at the next look.
                if (trimmed == 0 || elements.Length < BatchElements) break;
                elements = await database.ListRangeAsync(HubKeys.Arrivals(partition), 0, BatchElements - 1).WaitAsync(cancellationToken);
            }
        }
    }

    private async Task ApplyAsync(byte[] element, CancellationToken cancellationToken)
    {
        if (!Arrival.TryParse(element, out var arrival))
        {
            metrics.Arrived(applied: false, malformed: true);
            LogMalformed(element.Length);
            return;
        }

        var applied = await databases.InTransactionAsync(db => ApplyAsync(db, arrival!, cancellationToken), cancellationToken);
        if (!applied) return;
        metrics.Arrived(applied: true, malformed: false);
        outbox.Wake();
        ways.WantOf(arrival!.Driver.Value);
    }

    // Once: the pickup by the status, which only the first one finds; the drop-off by its own mark. The version tells an arrival from before a trip went to another driver and back.
    private async Task<(bool Commit, bool Applied)> ApplyAsync(RecordsDb db, Arrival arrival, CancellationToken cancellationToken)
    {
        await DriverLocks.TakeAsync(db, arrival.Driver.Value, null, cancellationToken);
        var trip = await db.Set<TripRow>().SingleOrDefaultAsync(row => row.Id == arrival.Trip.Value, cancellationToken);
        if (trip is null || trip.Driver != arrival.Driver.Value || trip.Version != arrival.Version || !trip.IsActive) return (false, false);
        var at = DateTimeOffset.FromUnixTimeMilliseconds(arrival.FixTimeMs);
        var place = new GeoPlace(arrival.Latitude, arrival.Longitude);
        if (arrival.Stop == TripStop.Pickup)
        {
            // An operator may have started it without: then this tells nothing new.
            if (TripMachine.Next(trip.Status, trip.Queued, TripCommand.Arrive) is not { } next) return (false, false);
            await changes.MoveAsync(db, trip, next, cancellationToken);
        }
        else
        {
            if (trip.Status != TripStatus.EnrouteToDropoff || trip.DropoffArrivedAt is not null) return (false, false);
            trip.DropoffArrivedAt = at;
            await db.SaveChangesAsync(cancellationToken);
        }

        await changes.ArriveAsync(db, trip, arrival.Stop, at, place, cancellationToken);
        return (true, true);
    }

    [LoggerMessage(720, LogLevel.Warning, "Arrivals wait: {Reason}")]
    private partial void LogOutage(string reason);

    [LoggerMessage(721, LogLevel.Information, "Arrivals are read again.")]
    private partial void LogBack();

    [LoggerMessage(722, LogLevel.Error, "An element of the hub's arrivals ({Bytes} bytes) can't be read and is passed over: was it written by another version?")]
    private partial void LogMalformed(int bytes);
}
