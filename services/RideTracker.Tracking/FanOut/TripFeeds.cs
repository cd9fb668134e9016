using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hosting;
using RideTracker.Tracking.Hub;
using RideTracker.Tracking.Presence;

namespace RideTracker.Tracking.FanOut;

/// <summary>The trips that are watched on this node, one feed each however many watch.</summary>
public sealed partial class TripFeeds : BackgroundService
{
    private static readonly TimeSpan SweepTick = TimeSpan.FromMilliseconds(50);

    // Nothing is urgent while the hub answers.
    private static readonly TimeSpan CalmSweepEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMilliseconds(500);

    // A look at all trips is spread over so many ticks: at thousands at once, nothing would be delivered meanwhile.
    private const int SweepPortions = 20;

    // Only while they are opened: what an open feed needs no more would weigh as much as its state.
    private readonly ConcurrentDictionary<TripId, Lazy<Task<TripFeed?>>> _opening = new();
    private readonly ConcurrentDictionary<TripId, TripFeed> _open = new();
    private readonly FanOutOptions _options;
    private readonly PresenceOptions _presence;
    private readonly TimeProvider _time;
    private readonly ILogger<TripFeeds> _log;
    private readonly TripEnds _ends;
    private readonly CancellationTokenSource _stopping = new();

    public TripFeeds(
        HubLink link, HubReader reader, Routes routes, TripEnds ends, FanOutMetrics metrics, StateFramePool frames, IOptions<FanOutOptions> options, IOptions<PresenceOptions> presence,
        TimeProvider time, ILogger<TripFeeds> log)
    {
        Link = link;
        Reader = reader;
        Routes = routes;
        Metrics = metrics;
        _options = options.Value;
        _presence = presence.Value;
        _time = time;
        _log = log;
        Writer = new TripStateWriter(frames, _options.PathSeconds, _options.PathPoints, _options.ResumePathPoints, time);
        _ends = ends;
        link.Restored += ReadAllAgain;
        ends.Ended += ReadEnded;
    }

    internal HubLink Link { get; }

    internal HubReader Reader { get; }

    internal Routes Routes { get; }

    internal TripStateWriter Writer { get; }

    internal FanOutMetrics Metrics { get; }

    internal CancellationToken Stopping => _stopping.Token;

    internal long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The feed of a trip, opened if need be; null if the hub knows no such trip.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async ValueTask<TripFeed?> FindAsync(TripId trip, CancellationToken cancellationToken)
    {
        if (_open.TryGetValue(trip, out var open)) return open;
        var lazy = _opening.GetOrAdd(trip, static (id, owner) => new Lazy<Task<TripFeed?>>(() => owner.OpenAsync(id)), this);
        return await lazy.Value.WaitAsync(cancellationToken);
    }

    /// <summary>The present state, read from the hub for one client; null if the hub knows no such trip.</summary>
    /// <returns>The head, and the frame: none where the client's cursor names the present state.</returns>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async ValueTask<TripReading?> ReadAsync(TripId trip, ResumePoint resume, CancellationToken cancellationToken)
    {
        if (await Reader.ReadTripAsync(trip, cancellationToken) is not { } head) return null;
        var slot = head is { Over: false, Driver: { } driver } ? await Reader.ReadDriverAsync(driver, cancellationToken) : null;
        var state = TripState.From(head, slot);
        var progress = await Routes.FindAsync(trip, state.RouteVersion, cancellationToken);
        var tag = Cursor.TagOf(HubKeys.Trip(trip));
        return new TripReading(state, state.Cursor(tag).ToString(), First(state, tag, progress, resume));
    }

    /// <summary>What a client that resumes must get first; null if its cursor names the present state.</summary>
    internal StateFrame? First(TripState state, uint tag, RouteProgress? progress, ResumePoint resume)
    {
        if (!resume.Given) return Writer.Encode(state, tag, progress, TripStateForm.ForAll);
        if (resume.At is not { } at || at.Tag != tag) return Writer.Encode(state, tag, progress, new TripStateForm(null, true, 0));
        // What it has seen may be later than what this state shows: the hub was restored from an older copy.
        if (at.FixTimeMs >= state.Cursor(tag).FixTimeMs && at with { FixTimeMs = 0 } == state.Cursor(tag) with { FixTimeMs = 0 }) return null;
        return at.Number > state.Number
            ? Writer.Encode(state, tag, progress, new TripStateForm(null, true, at.FixTimeMs))
            : Writer.Encode(state, tag, progress, new TripStateForm(at.Number, false, at.FixTimeMs));
    }

    internal long SilenceMs(long intervalMs) => _presence.SilenceMs(intervalMs);

    // Spread over a quarter, so that thousands of silent trips do not all read at once.
    internal long RereadMs(uint tag) => _options.RereadSeconds * (750 + tag % 250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SweepTick, _time);
        var walk = new PortionedWalk<TripId, TripFeed>(_open, SweepPortions);
        var begun = _time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (!walk.IsUnderWay)
                {
                    if (_time.GetElapsedTime(begun) < (Link.IsUp ? CalmSweepEvery : SweepEvery)) continue;
                    begun = _time.GetTimestamp();
                    Metrics.Watched(_open.Count);
                }

                walk.Next(Sweep);
                // In half the time while the hub is away: cars turn stale by these looks alone.
                if (walk.IsUnderWay && !Link.IsUp) walk.Next(Sweep);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await _stopping.CancelAsync();
        }
    }

    public override void Dispose()
    {
        Link.Restored -= ReadAllAgain;
        _ends.Ended -= ReadEnded;
        _stopping.Dispose();
        base.Dispose();
    }

    [LoggerMessage(302, LogLevel.Debug, "Trip {Trip} was not read again, will be tried: {Failure}")]
    internal partial void LogNotRead(string trip, string failure);

    [LoggerMessage(303, LogLevel.Error, "Reading trip {Trip} failed")]
    internal partial void LogFailed(Exception failure, string trip);

    private async Task<TripFeed?> OpenAsync(TripId trip)
    {
        TripFeed? feed = null;
        try
        {
            // Opened by somebody else between the look at the open ones and this.
            if (_open.TryGetValue(trip, out feed)) return feed;
            feed = new TripFeed(this, trip) { IdleSinceMs = NowMs };
            if (!await feed.OpenAsync(Stopping)) return null;
            _open[trip] = feed;
            return feed;
        }
        finally
        {
            // Only here, and after it is among the open ones: whoever comes now finds it there.
            _opening.TryRemove(trip, out _);
            if (feed is not null && !_open.ContainsKey(trip)) await feed.DisposeAsync();
        }
    }

    private void ReadAllAgain()
    {
        foreach (var feed in _open.Values) feed.WantRead();
    }

    private void ReadEnded(IReadOnlySet<TripId> trips)
    {
        foreach (var trip in trips)
            if (_open.TryGetValue(trip, out var feed)) feed.WantEnd();
    }

    private void Sweep(TripId trip, TripFeed feed)
    {
        var now = NowMs;
        // A feed that nobody watches any more lingers a little: long polls come back.
        if (feed.IdleSinceMs != long.MaxValue && now - feed.IdleSinceMs > _options.LingerSeconds * 1000L && feed.TryRetire())
        {
            _open.TryRemove(trip, out _);
            _ = feed.DisposeAsync().AsTask();
            return;
        }

        feed.Sweep(now, Link.IsUp);
    }
}

/// <summary>A trip's present state, read for one client.</summary>
/// <param name="State">The state.</param>
/// <param name="Cursor">Its name.</param>
/// <param name="Frame">What the client must get; null if it has it.</param>
public sealed record TripReading(TripState State, string Cursor, StateFrame? Frame);
