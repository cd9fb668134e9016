using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Records.Database;
using RideTracker.Records.Geofences.Shapes;

namespace RideTracker.Records.Geofences;

/// <summary>
/// Keeps this host's index of all geofences up with the database. A change is read in the background, only what changed is prepared anew, and the new
/// index takes the old one's place in one step.
/// </summary>
public sealed partial class FenceSet(IDbContextFactory<RecordsDb> databases, IOptions<DatabaseOptions> database, IOptions<GeofencesOptions> options, ILogger<FenceSet> log)
    : BackgroundService
{
    /// <summary>Channel of PostgreSQL's NOTIFY.</summary>
    internal const string Channel = "ridetracker_geofences";

    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile FenceIndex? _index;
    private bool _outage;

    /// <summary>How many geofences this host knows.</summary>
    public int Count => _index?.Count ?? 0;

    /// <summary>The index, read first where it was not yet.</summary>
    /// <param name="atLeast">The version that it must have: another host looked at a driver with it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<FenceIndex> GetAsync(long atLeast, CancellationToken cancellationToken) =>
        _index is { } index && index.Version >= atLeast ? index : await RefreshAsync(cancellationToken);

    /// <summary>Reads what changed.</summary>
    public async Task<FenceIndex> RefreshAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            return _index = await ReadAsync(_index ?? FenceIndex.Empty, cancellationToken);
        }
        finally
        {
            _reading.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var notices = new Notices(database, Channel);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(stoppingToken);
                if (_outage) LogBack();
                _outage = false;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // What is known stays in force.
                if (!_outage) LogOutage(failure.Message);
                _outage = true;
            }

            await notices.WaitAsync(TimeSpan.FromMilliseconds(options.Value.LookEveryMs), stoppingToken);
        }
    }

    private async Task<FenceIndex> ReadAsync(FenceIndex known, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var version = await db.Set<GeofenceSetRow>().Select(row => row.Version).SingleAsync(cancellationToken);
        if (_index is not null && version == known.Version) return known;
        // One picture of all: a change that comes between two of these questions is of the next version. (SQLite would wait for the writer that asks for
        // this; there, such a change is read again at the next look.)
        await using var transaction = db.IsPostgres ? await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken) : null;
        version = await db.Set<GeofenceSetRow>().Select(row => row.Version).SingleAsync(cancellationToken);
        var ids = await db.Set<GeofenceRow>().Select(row => new { row.Id, row.Version }).ToListAsync(cancellationToken);
        var changed = await db.Set<GeofenceRow>().AsNoTracking().Where(row => row.Version > known.Version || known.Version == 0).ToListAsync(cancellationToken);
        var prepared = changed.ToDictionary(row => row.Id, row => new Fence(row.Id, row.Version, row.Name, row.DwellSeconds, new FenceShape(row.Area)), StringComparer.Ordinal);
        var fences = new List<Fence>(ids.Count);
        foreach (var row in ids)
        {
            if (prepared.TryGetValue(row.Id, out var fence) || (fence = known.Find(row.Id)) is not null) fences.Add(fence);
        }

        LogRead(fences.Count, prepared.Count, version);
        return new FenceIndex(version, fences);
    }
}
