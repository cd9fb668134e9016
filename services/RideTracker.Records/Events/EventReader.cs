using Microsoft.EntityFrameworkCore;
using RideTracker.Records.Database;

namespace RideTracker.Records.Events;

/// <summary>Reads the log from the database.</summary>
internal static class EventReader
{
    /// <summary>The newest number that was given; 0 if none was.</summary>
    public static async Task<long> NewestAsync(RecordsDb db, CancellationToken cancellationToken) =>
        await db.Set<EventRow>().MaxAsync(row => row.Number, cancellationToken) ?? await FloorAsync(db, cancellationToken);

    /// <summary>Up to which number events were deleted; 0 if none were.</summary>
    public static async Task<long> FloorAsync(RecordsDb db, CancellationToken cancellationToken) =>
        await db.Set<EventFloor>().Where(row => row.Id == EventFloor.OnlyId).Select(row => (long?)row.DeletedThrough).SingleOrDefaultAsync(cancellationToken) ?? 0;

    /// <summary>Finds where to go on after a number.</summary>
    /// <returns>The number after which all that there is will be read, and whether something between is missing.</returns>
    public static async Task<(long After, bool Reset)> PlaceAsync(RecordsDb db, long after, CancellationToken cancellationToken)
    {
        // The beginning, whatever it is.
        if (after == 0) return (0, false);
        var floor = await FloorAsync(db, cancellationToken);
        if (after < floor) return (floor, true);
        // Ahead of the log: it was restored from an older state.
        var newest = await NewestAsync(db, cancellationToken);
        return after > newest ? (newest, true) : (after, false);
    }

    /// <summary>Reads events above a number and not above another, oldest first.</summary>
    public static Task<List<EventRow>> ReadAsync(RecordsDb db, EventFilter filter, long after, long through, int most, CancellationToken cancellationToken) =>
        filter.Apply(db.Set<EventRow>().AsNoTracking()).Where(row => row.Number > after && row.Number <= through).OrderBy(row => row.Number).Take(most).ToListAsync(cancellationToken);
}
