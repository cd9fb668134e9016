using Microsoft.EntityFrameworkCore;
using RideTracker.Protocol.Trips;
using RideTracker.Records.Database;
using RideTracker.Records.Trips;

namespace RideTracker.Records.Drivers;

/// <summary>The words for what a driver is doing, as Records knows it; whether its phone is heard is the nodes' to say.</summary>
public static class DriverStatuses
{
    public const string Idle = "idle";
    public const string Busy = "busy";
    public const string OffDuty = "off-duty";

    public static IReadOnlyList<string> All { get; } = [Idle, Busy, OffDuty];
}

/// <summary>Reads drivers with their trips and duty.</summary>
internal static class DriverQueries
{
    /// <summary>A page of drivers, by id.</summary>
    public static async Task<List<DriverView>> PageAsync(RecordsDb db, string? status, string? after, int rows, CancellationToken cancellationToken)
    {
        var drivers = db.Set<DriverRow>().AsNoTracking();
        var off = db.Set<OffDutyRow>().Where(spell => spell.ToMs == null);
        var active = Active(db);
        if (after is not null) drivers = drivers.Where(driver => string.Compare(driver.Id, after) > 0);
        drivers = status switch
        {
            DriverStatuses.OffDuty => drivers.Where(driver => off.Any(spell => spell.Driver == driver.Id)),
            DriverStatuses.Busy => drivers.Where(driver => active.Any(trip => trip.Driver == driver.Id)),
            DriverStatuses.Idle => drivers.Where(driver => !off.Any(spell => spell.Driver == driver.Id) && !active.Any(trip => trip.Driver == driver.Id)),
            _ => drivers,
        };
        return await ViewsAsync(db, await drivers.OrderBy(driver => driver.Id).Take(rows).ToListAsync(cancellationToken), cancellationToken);
    }

    /// <summary>One driver; null if it is not known.</summary>
    public static async Task<DriverView?> FindAsync(RecordsDb db, string id, CancellationToken cancellationToken) =>
        (await ViewsAsync(db, await db.Set<DriverRow>().AsNoTracking().Where(driver => driver.Id == id).ToListAsync(cancellationToken), cancellationToken)).SingleOrDefault();

    /// <summary>Trips that a driver is on now.</summary>
    public static IQueryable<TripRow> Active(RecordsDb db) => db.Set<TripRow>().AsNoTracking().Where(trip =>
        trip.Driver != null && !trip.Queued
        && (trip.Status == TripStatus.EnrouteToPickup || trip.Status == TripStatus.ArrivedAtPickup || trip.Status == TripStatus.EnrouteToDropoff));

    private static async Task<List<DriverView>> ViewsAsync(RecordsDb db, List<DriverRow> drivers, CancellationToken cancellationToken)
    {
        var ids = drivers.ConvertAll(driver => driver.Id);
        var off = (await db.Set<OffDutyRow>().Where(spell => ids.Contains(spell.Driver) && spell.ToMs == null).Select(spell => spell.Driver).ToListAsync(cancellationToken)).ToHashSet();
        var active = await Active(db).Where(trip => ids.Contains(trip.Driver!)).ToDictionaryAsync(trip => trip.Driver!, trip => trip.Id, cancellationToken);
        var queued = await db.Set<TripRow>().Where(trip => ids.Contains(trip.Driver!) && trip.Queued).ToDictionaryAsync(trip => trip.Driver!, trip => trip.Id, cancellationToken);
        return drivers.ConvertAll(driver =>
        {
            var trip = active.GetValueOrDefault(driver.Id);
            var status = trip is not null ? DriverStatuses.Busy : off.Contains(driver.Id) ? DriverStatuses.OffDuty : DriverStatuses.Idle;
            return new DriverView(driver.Id, driver.Name, driver.Vehicle, driver.Plate, status, trip, queued.GetValueOrDefault(driver.Id));
        });
    }
}
