using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RideTracker.Records.Database;

namespace RideTracker.Records.Events;

/// <summary>
/// Writes events, in the transaction of the change that they tell of. Their numbers are given at the commit, one transaction after the other
/// (PostgreSQL: a deferred trigger that takes a lock as the transaction's last act, see the migration; SQLite has one writer at a time), so that
/// whoever has seen number n never sees a lower one appear later. A number may be left out, where a commit failed.
/// </summary>
public sealed class EventLog(TimeProvider time)
{
    /// <summary>Channel of PostgreSQL's NOTIFY that says that there are new events.</summary>
    internal const string Channel = "ridetracker_events";

    /// <summary>Writes an event. It is there, for all readers, when and only when the transaction is committed.</summary>
    /// <param name="db">A context in a transaction.</param>
    /// <param name="e">What happened.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">The context has no transaction: the event and what it tells of could part.</exception>
    /// <exception cref="ArgumentException">The kind is none of <see cref="EventKinds"/>.</exception>
    public async ValueTask AppendAsync(RecordsDb db, NewEvent e, CancellationToken cancellationToken)
    {
        if (db.Database.CurrentTransaction is null) throw new InvalidOperationException("An event is written in the transaction of the change that it tells of: begin one first.");
        if (!EventKinds.All.Contains(e.Kind)) throw new ArgumentException($"'{e.Kind}' is no kind of event.", nameof(e));
        var (trip, driver) = (e.Trip?.Value, e.Driver?.Value);
        var data = e.Data?.ToJsonString(JsonSerializerOptions.Web);
        var (at, now) = (e.At.ToUniversalTime(), time.GetUtcNow());
        if (db.IsPostgres)
        {
            await db.Database.ExecuteSqlAsync(
                $"INSERT INTO events (kind, at, recorded_at, trip, driver, geofence, data) VALUES ({e.Kind}, {at}, {now}, {trip}, {driver}, {e.Geofence}, {data}::jsonb)",
                cancellationToken);
            return;
        }

        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO events (kind, at, recorded_at, trip, driver, geofence, data) VALUES ({e.Kind}, {at.UtcTicks}, {now.UtcTicks}, {trip}, {driver}, {e.Geofence}, {data})",
            cancellationToken);
    }
}
