using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RideTracker.Hosting;
using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;
using RideTracker.Records.Database;
using RideTracker.Records.Hub;
using RideTracker.Records.Outbox;

namespace RideTracker.Records.Trips;

/// <summary>Writes trips into the hub, with the ways planned for them.</summary>
public sealed partial class TripProjector(HubConnection hub, TimeProvider time, ILogger<TripProjector> log) : IProjected
{
    /// <summary>Kind of the outbox's rows; the key is the trip's id, the data a <see cref="Released"/> where a driver gave it back.</summary>
    public const string Word = "trip";

    // Late riders learn for a day that a trip is over (protocol.md section 3).
    private static readonly TimeSpan KeepOver = TimeSpan.FromHours(24);

    // Who made a trip waits no longer for the hub: the outbox has it all the same.
    private static readonly TimeSpan ShowPatience = TimeSpan.FromMilliseconds(500);

    private readonly TripProjection _projection = new(hub);

    public string Kind => Word;

    /// <summary>Who gave the trip back, and the version that it has without that driver.</summary>
    public sealed record Released(string Driver, int Version);

    public async Task ProjectAsync(RecordsDb db, string key, JsonElement? data, CancellationToken cancellationToken)
    {
        if (data is { } more && more.TryGetProperty("driver", out var driver) && more.TryGetProperty("version", out var version))
            await _projection.ReleaseAsync(TripId.Parse(key), DriverId.Parse(driver.GetString()!), version.GetInt32(), cancellationToken);
        if (await db.Set<TripRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == key, cancellationToken) is { } trip) await WriteAsync(db, trip, cancellationToken);
    }

    /// <summary>Shows a trip that is new and committed, so that whoever is told its id can watch it at once. Where the hub can't be reached nothing happens: the outbox shows it later.</summary>
    public async Task ShowNewAsync(TripRow trip, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(ShowPatience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await _projection.WriteAsync(Of(trip), both.Token).WaitAsync(both.Token);
        }
        catch (Exception failure) when (failure is HubUnavailableException || HubTrouble.Is(failure) || (failure is OperationCanceledException && patience.IsCancellationRequested))
        {
            LogNotShown(trip.Id, failure.Message);
        }
    }

    public async Task<IReadOnlyList<string>> KeysAsync(RecordsDb db, string? after, int limit, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - KeepOver;
        var trips = db.Set<TripRow>().AsNoTracking().Where(row => row.EndedAt == null || row.EndedAt > since);
        if (after is not null) trips = trips.Where(row => string.Compare(row.Id, after) > 0);
        return await trips.OrderBy(row => row.Id).Select(row => row.Id).Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>Makes room where the hub has a driver on a trip that the database says is over, another's, or unknown.</summary>
    public async Task FreeAsync(RecordsDb db, DriverId driver, CancellationToken cancellationToken)
    {
        var database = await hub.OpenAsync(cancellationToken);
        var shown = (string?)await database.HashGetAsync(HubKeys.Slot(HubKeys.Partition(driver, hub.Partitions), driver), "trip").WaitAsync(cancellationToken);
        var row = shown is null ? null : await db.Set<TripRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == shown, cancellationToken);
        if (row is { Status: var status, Driver: { } its } && its == driver.Value && status.IsOver()) await _projection.WriteAsync(Of(row), cancellationToken);
        else if (row is not { IsActive: true } || row.Driver != driver.Value) await _projection.ClearDriverAsync(driver, cancellationToken);
    }

    private async Task WriteAsync(RecordsDb db, TripRow trip, CancellationToken cancellationToken)
    {
        try
        {
            await _projection.WriteAsync(Of(trip), cancellationToken);
        }
        catch (DriverBusyException busy)
        {
            // The rows of the outbox come in order, so this is left from an earlier life of the database or the hub.
            await FreeAsync(db, busy.Driver, cancellationToken);
            await _projection.WriteAsync(Of(trip), cancellationToken);
        }
    }

    private static Trip Of(TripRow row) => new(
        row.TripId, row.Status, new Stop(row.PickupLat, row.PickupLng, row.PickupLabel), new Stop(row.DropoffLat, row.DropoffLng, row.DropoffLabel))
    {
        Version = row.Version,
        Driver = row.DriverId,
        Card = row.CardName is null ? null : new DriverCard(row.CardName, row.CardVehicle, row.CardPlate),
        Queued = row.Queued,
        Eta = row is { Queued: true, EtaMs: { } at, EtaMeters: { } meters } ? new QueuedEta(at, meters) : null,
        Route = row.RouteLine is null || row.Status.IsOver() ? null : new TripRoute(row.RouteVersion, RouteLines.Read(row.RouteLine), row.RouteSeconds ?? 0),
    };

    [LoggerMessage(1, LogLevel.Debug, "Trip {Trip} is not shown at once, the outbox does it: {Why}")]
    private partial void LogNotShown(string trip, string why);
}
