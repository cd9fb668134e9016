using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Records.Database;

namespace RideTracker.Records.Events;

/// <summary>Reads new events once for all who wait for them on this host, and keeps the newest at hand.</summary>
public sealed partial class EventTail(IDbContextFactory<RecordsDb> databases, IOptions<DatabaseOptions> database, IOptions<EventsOptions> options, ILogger<EventTail> log)
    : BackgroundService
{
    private const int ReadAtOnce = 1_000;
    private const int SqliteLookMs = 200;

    private readonly Lock _gate = new();
    private readonly Queue<EventRow> _kept = new();
    private TaskCompletionSource _more = NewSignal();
    private long _floor = long.MaxValue;
    private long _newest = -1;
    private bool _outage;

    /// <summary>The newest number that was read; -1 before the first look.</summary>
    public long Newest => Interlocked.Read(ref _newest);

    /// <summary>Waits until there is an event above a number.</summary>
    public Task WaitAsync(long after, CancellationToken cancellationToken)
    {
        lock (_gate) return _newest > after ? Task.CompletedTask : _more.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The events above a number, oldest first, at most <paramref name="most"/>; null where they are not all at hand.</summary>
    public IReadOnlyList<EventRow>? Read(long after, int most)
    {
        lock (_gate)
        {
            if (after < _floor) return null;
            return after >= _newest ? [] : [.. _kept.SkipWhile(row => row.Number <= after).Take(most)];
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var notices = new Notices(database, EventLog.Channel);
        var sqlite = database.Value.Engine == DatabaseEngine.Sqlite;
        var look = TimeSpan.FromMilliseconds(sqlite ? Math.Min(SqliteLookMs, options.Value.LookEveryMs) : options.Value.LookEveryMs);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await LookAsync(stoppingToken) == ReadAtOnce) stoppingToken.ThrowIfCancellationRequested();
                if (_outage) LogBack();
                _outage = false;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                if (!_outage) LogOutage(failure.Message);
                _outage = true;
            }

            await notices.WaitAsync(look, stoppingToken);
        }
    }

    private async Task<int> LookAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var after = Newest;
        if (after < 0)
        {
            var newest = await EventReader.NewestAsync(db, cancellationToken);
            lock (_gate) _floor = newest;
            Advance([], newest);
            return 0;
        }

        var rows = await db.Set<EventRow>().AsNoTracking().Where(row => row.Number > after).OrderBy(row => row.Number).Take(ReadAtOnce).ToListAsync(cancellationToken);
        if (rows.Count > 0) Advance(rows, rows[^1].Number!.Value);
        return rows.Count;
    }

    private void Advance(List<EventRow> rows, long newest)
    {
        TaskCompletionSource more;
        lock (_gate)
        {
            foreach (var row in rows) _kept.Enqueue(row);
            while (_kept.Count > options.Value.TailEvents) _floor = _kept.Dequeue().Number!.Value;
            Interlocked.Exchange(ref _newest, newest);
            more = _more;
            _more = NewSignal();
        }

        more.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
