using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Protocol.Streets;
using RideTracker.Protocol.Trips;
using RideTracker.Records.Database;
using RideTracker.Records.Drivers;
using RideTracker.Records.Trails;

namespace RideTracker.Records.Trips;

/// <summary>
/// Sees by the fixes that come into the history when a car leaves its planned way, or moves without one, and wishes for a plan. It keeps the ways of the active trips in
/// memory, a few seconds old: so the writing of fixes waits for nothing here.
/// </summary>
internal sealed partial class WayWatch(IPlanWays ways, IDbContextFactory<RecordsDb> databases, IOptions<TripsOptions> options, TimeProvider time, ILogger<WayWatch> log) : BackgroundService, IFixesWritten
{
    private const int MostTrips = 100_000;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(3);

    // Where nothing could be planned (no streets known), the next try is later.
    private const long WithoutWayMs = 60_000;

    // A backlog tells where the car was, not where it goes.
    private const long RecentMs = 60_000;

    private readonly ConcurrentDictionary<string, WatchedWay> _watched = new(StringComparer.Ordinal);

    public ValueTask OnWrittenAsync(RecordsDb db, IReadOnlyList<WrittenFix> fixes, CancellationToken cancellationToken)
    {
        if (_watched.IsEmpty) return default;
        var settings = options.Value;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < fixes.Count; i++)
        {
            var written = fixes[i];
            if (now - written.Fix.FixTimeMs > RecentMs || !_watched.TryGetValue(written.Driver.Value, out var way)) continue;
            lock (way)
            {
                var isOff = way.Take(written.Fix, settings.OffWayMeters) >= settings.OffWayFixes;
                if (way.HasLine ? !isOff || now - way.AskedMs < settings.ReplanSeconds * 1_000L : now - way.AskedMs < WithoutWayMs) continue;
                way.AskedMs = now;
                if (way.HasLine) ways.WantAnother(written.Driver.Value);
                else ways.WantOf(written.Driver.Value);
            }
        }

        return default;
    }

    /// <summary>Learns which trips are on which way.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var active = await DriverQueries.Active(db).Where(row => !row.RouteGiven && row.Status != TripStatus.ArrivedAtPickup)
            .Select(row => new { row.Driver, row.Id, row.RouteVersion, HasLine = row.RouteLine != null }).OrderBy(row => row.Id).Take(MostTrips).ToListAsync(cancellationToken);
        foreach (var gone in _watched.Keys.Except(active.Select(row => row.Driver!)).ToList()) _watched.TryRemove(gone, out _);
        foreach (var row in active)
        {
            var before = _watched.GetValueOrDefault(row.Driver!);
            if (before?.Trip == row.Id && before.RouteVersion == row.RouteVersion && before.HasLine == row.HasLine) continue;
            var json = row.HasLine ? await db.Set<TripRow>().Where(one => one.Id == row.Id).Select(one => one.RouteLine).SingleOrDefaultAsync(cancellationToken) : null;
            var line = json is null ? null : RouteLines.Read(json).Select(point => new GeoPoint(point.Lat, point.Lng)).ToArray();
            // How often a trip may be planned counts over its ways.
            _watched[row.Driver!] = new WatchedWay(row.Id, row.RouteVersion, line) { AskedMs = before?.Trip == row.Id ? before.AskedMs : 0 };
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        var reckoned = time.GetTimestamp();
        do
        {
            try
            {
                await LookAsync(stoppingToken);
                if (time.GetElapsedTime(reckoned).TotalSeconds < options.Value.QueuedEtaSeconds) continue;
                reckoned = time.GetTimestamp();
                await ReckonAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested && DatabaseTrouble.Is(failure))
            {
                LogFailed(failure.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // The cars before queued trips move on, and with them the time of arrival.
    private async Task ReckonAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var driver in await db.Set<TripRow>().Where(row => row.Queued).Select(row => row.Driver!).Order().Take(MostTrips).ToListAsync(cancellationToken)) ways.WantOf(driver);
    }

    [LoggerMessage(724, LogLevel.Warning, "Planned ways can't be watched now: {Reason}")]
    private partial void LogFailed(string reason);
}
