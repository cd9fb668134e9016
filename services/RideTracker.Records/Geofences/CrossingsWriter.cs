using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Protocol;
using RideTracker.Records.Database;
using RideTracker.Records.Events;
using RideTracker.Records.Geofences.Crossings;
using RideTracker.Records.Trails;
using RideTracker.Records.Trips;

namespace RideTracker.Records.Geofences;

/// <summary>Looks at each new fix for crossings and writes them as events, in the transaction that writes the fix: both are there, or neither.</summary>
internal sealed class CrossingsWriter(FenceSet fences, EventLog events, IOptions<GeofencesOptions> options, GeofencesMetrics metrics) : IFixesWritten
{
    public async ValueTask OnWrittenAsync(RecordsDb db, IReadOnlyList<WrittenFix> fixes, CancellationToken cancellationToken)
    {
        var index = await fences.GetAsync(0, cancellationToken);
        if (index.Count == 0 || fixes.Count == 0) return;
        var drivers = fixes.Select(fix => fix.Driver.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var known = await PresenceTable.ReadAsync(db, drivers, cancellationToken);
        // Never with older geofences than another host used for the same driver: what that one has told would be told again.
        index = await fences.GetAsync(known.Values.Max(driver => driver.FencesVersion), cancellationToken);

        var detector = new CrossingDetector(index, options.Value);
        List<Crossing> found = [];
        List<(WrittenFix Fix, Crossing Crossing)> crossings = [];
        var moved = new HashSet<string>(StringComparer.Ordinal);
        foreach (var fix in fixes)
        {
            found.Clear();
            if (!detector.Take(known[fix.Driver.Value], fix.Fix, found)) metrics.LeftOut();
            else moved.Add(fix.Driver.Value);
            foreach (var crossing in found) crossings.Add((fix, crossing));
        }

        if (moved.Count > 0) await PresenceTable.WriteAsync(db, [.. known.Where(driver => moved.Contains(driver.Key))], cancellationToken);
        if (crossings.Count > 0) await TellAsync(db, crossings, cancellationToken);
    }

    private async Task TellAsync(RecordsDb db, List<(WrittenFix Fix, Crossing Crossing)> crossings, CancellationToken cancellationToken)
    {
        var drivers = crossings.Select(one => one.Fix.Driver.Value).Distinct(StringComparer.Ordinal).ToList();
        var from = At(crossings.Min(one => one.Crossing.TimeMs));
        var to = At(crossings.Max(one => one.Crossing.TimeMs));
        var trips = await db.Set<TripRow>().Where(trip => drivers.Contains(trip.Driver!) && trip.ActiveAt <= to && (trip.EndedAt == null || trip.EndedAt >= from))
            .Select(trip => new { trip.Id, trip.Driver, trip.ActiveAt, trip.EndedAt }).ToListAsync(cancellationToken);
        var told = new List<NewEvent>(crossings.Count);
        foreach (var (fix, crossing) in crossings)
        {
            var at = At(crossing.TimeMs);
            var trip = trips.Find(trip => trip.Driver == fix.Driver.Value && trip.ActiveAt <= at && (trip.EndedAt is null || trip.EndedAt >= at));
            var data = new JsonObject { ["lat"] = Math.Round(crossing.Lat, 7), ["lng"] = Math.Round(crossing.Lng, 7) };
            if (crossing.Fence.Name is { } name) data["name"] = name;
            if (crossing.SinceMs is { } since) data["seconds"] = Math.Round((crossing.TimeMs - since) / 1000.0, 3);
            if (crossing.AtFix) data["atFix"] = true;
            told.Add(new NewEvent(crossing.Kind, at, trip is null ? null : TripId.Parse(trip.Id), fix.Driver, crossing.Fence.Id, data));
            metrics.Crossed(crossing.Kind);
        }

        await events.AppendAsync(db, told, cancellationToken);
    }

    private static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);
}
