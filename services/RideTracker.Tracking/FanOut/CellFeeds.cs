using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub;
using RideTracker.Tracking.Presence;

namespace RideTracker.Tracking.FanOut;

/// <summary>The cells that are looked at on this node, one feed each however many look.</summary>
public sealed partial class CellFeeds : BackgroundService
{
    private readonly ConcurrentDictionary<string, Lazy<Task<CellFeed>>> _feeds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CellFeed> _open = new(StringComparer.Ordinal);
    private readonly FanOutOptions _options;
    private readonly PresenceOptions _presence;
    private readonly TimeProvider _time;
    private readonly ILogger<CellFeeds> _log;
    private readonly CancellationTokenSource _stopping = new();

    public CellFeeds(HubLink link, HubReader reader, FanOutMetrics metrics, IOptions<FanOutOptions> options, IOptions<PresenceOptions> presence, TimeProvider time,
        ILogger<CellFeeds> log)
    {
        Link = link;
        Reader = reader;
        Metrics = metrics;
        _options = options.Value;
        _presence = presence.Value;
        _time = time;
        _log = log;
        link.Restored += ReadAllAgain;
    }

    internal HubLink Link { get; }

    internal HubReader Reader { get; }

    internal FanOutMetrics Metrics { get; }

    internal CancellationToken Stopping => _stopping.Token;

    internal long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    internal long SilenceMs(long intervalMs) => _presence.SilenceMs(intervalMs);

    /// <summary>The feed of a cell with this mailbox attached, opened if need be.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async ValueTask<CellFeed> AttachAsync(string cell, Mailbox mailbox, CancellationToken cancellationToken)
    {
        while (true)
        {
            var lazy = _feeds.GetOrAdd(cell, static (name, owner) => new Lazy<Task<CellFeed>>(() => owner.OpenAsync(name)), this);
            try
            {
                var feed = await lazy.Value.WaitAsync(cancellationToken);
                if (feed.Attach(mailbox)) return feed;
                // The sweep has closed it and is about to take it out. It alone does: else it could take out the one that comes after.
                await Task.Yield();
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                _feeds.TryRemove(new(cell, lazy));
                throw;
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500), _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) Sweep();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await _stopping.CancelAsync();
        }
    }

    public override void Dispose()
    {
        Link.Restored -= ReadAllAgain;
        _stopping.Dispose();
        base.Dispose();
    }

    [LoggerMessage(311, LogLevel.Debug, "Cell {Cell} was not read again, will be tried: {Failure}")]
    internal partial void LogNotRead(string cell, string failure);

    [LoggerMessage(312, LogLevel.Error, "Reading cell {Cell} failed")]
    private partial void LogFailed(Exception failure, string cell);

    private async Task<CellFeed> OpenAsync(string cell)
    {
        var feed = new CellFeed(this, cell);
        var opened = false;
        try
        {
            await feed.OpenAsync(Stopping);
            opened = true;
            _open[cell] = feed;
            return feed;
        }
        finally
        {
            if (!opened) feed.Dispose();
        }
    }

    private void ReadAllAgain()
    {
        foreach (var (cell, feed) in _open) _ = RereadAsync(cell, feed);
    }

    private void Sweep()
    {
        var now = NowMs;
        foreach (var (cell, feed) in _open)
        {
            if (feed.IdleSinceMs != long.MaxValue && now - feed.IdleSinceMs > _options.LingerSeconds * 1000L && feed.TryRetire())
            {
                _feeds.TryRemove(cell, out _);
                _open.TryRemove(cell, out _);
                feed.Dispose();
            }
            else if (Link.IsUp && feed.NeedsReading(now, _options.RereadSeconds * (750 + Cursor.TagOf(cell) % 250)))
            {
                _ = RereadAsync(cell, feed);
            }
        }

        Metrics.WatchedCells(_open.Count);
    }

    private async Task RereadAsync(string cell, CellFeed feed)
    {
        if (!feed.TryQueueReading()) return;
        try
        {
            await feed.ReadAsync(Stopping);
        }
        catch (Exception failure) when (failure is HubUnavailableException or OperationCanceledException)
        {
            LogNotRead(cell, failure.Message);
        }
        catch (Exception failure)
        {
            LogFailed(failure, cell);
        }
    }
}
