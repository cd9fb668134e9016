using Microsoft.EntityFrameworkCore;
using RideTracker.Protocol.Trips;
using RideTracker.Records.Database;

namespace RideTracker.Records.Trips;

/// <summary>The queries that are asked often, in one place: a test shows their plans on a million rows.</summary>
public static class TripQueries
{
    /// <summary>A page of trips, newest first.</summary>
    /// <param name="after">The last id of the page before; null: from the newest.</param>
    public static IQueryable<TripRow> Page(RecordsDb db, TripStatus? status, string? driver, string? rider, string? after, int rows)
    {
        var trips = db.Set<TripRow>().AsNoTracking();
        if (status is { } wanted) trips = trips.Where(trip => trip.Status == wanted);
        if (driver is not null) trips = trips.Where(trip => trip.Driver == driver);
        if (rider is not null) trips = trips.Where(trip => trip.Rider == rider);
        if (after is not null) trips = trips.Where(trip => string.Compare(trip.Id, after) < 0);
        return trips.OrderByDescending(trip => trip.Id).Take(rows);
    }
}
