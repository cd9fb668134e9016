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
    public ValueTask AppendAsync(RecordsDb db, NewEvent e, CancellationToken cancellationToken) => AppendAsync(db, [e], cancellationToken);

    /// <summary>Writes several events, numbered in this order, in one statement: a driver who is heard first enters all the geofences around at once.</summary>
    /// <inheritdoc cref="AppendAsync(RecordsDb, NewEvent, CancellationToken)"/>
    public async ValueTask AppendAsync(RecordsDb db, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        if (db.Database.CurrentTransaction is null) throw new InvalidOperationException("An event is written in the transaction of the change that it tells of: begin one first.");
        if (events.FirstOrDefault(e => !EventKinds.All.Contains(e.Kind)) is { } wrong) throw new ArgumentException($"'{wrong.Kind}' is no kind of event.", nameof(events));
        if (events.Count == 0) return;
        var now = time.GetUtcNow();
        if (!db.IsPostgres)
        {
            foreach (var e in events)
            {
                var (at, trip, driver, data) = (e.At.UtcTicks, e.Trip?.Value, e.Driver?.Value, Json(e));
                await db.Database.ExecuteSqlAsync(
                    $"INSERT INTO events (kind, at, recorded_at, trip, driver, geofence, data) VALUES ({e.Kind}, {at}, {now.UtcTicks}, {trip}, {driver}, {e.Geofence}, {data})",
                    cancellationToken);
            }

            return;
        }

        string[] kinds = [.. events.Select(e => e.Kind)];
        DateTimeOffset[] ats = [.. events.Select(e => e.At.ToUniversalTime())];
        string?[] trips = [.. events.Select(e => e.Trip?.Value)], drivers = [.. events.Select(e => e.Driver?.Value)], geofences = [.. events.Select(e => e.Geofence)];
        string?[] datas = [.. events.Select(Json)];
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO events (kind, at, recorded_at, trip, driver, geofence, data)
            SELECT kind, at, {now}, trip, driver, geofence, data::jsonb
            FROM unnest({kinds}, {ats}, {trips}, {drivers}, {geofences}, {datas}) WITH ORDINALITY AS e (kind, at, trip, driver, geofence, data, place)
            ORDER BY place
            """,
            cancellationToken);
    }

    private static string? Json(NewEvent e) => e.Data?.ToJsonString(JsonSerializerOptions.Web);
}
