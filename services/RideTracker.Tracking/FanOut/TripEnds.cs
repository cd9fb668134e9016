using RideTracker.Hosting;
using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub;
using StackExchange.Redis;

namespace RideTracker.Tracking.FanOut;

/// <summary>
/// Looks at the hub's list of trips that are over, so that their streams end within a second on a node that missed the message, and so do the streams
/// that riders opened elsewhere with a token for such a trip.
/// </summary>
public sealed partial class TripEnds(HubLink link, TimeProvider time, ILogger<TripEnds> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(700);

    // Looked at again, for a stream that was being opened while its trip ended.
    private const long OverlapMs = 5_000;

    // Of one look; what is beyond comes with the next.
    private const int Most = 10_000;

    // By the hub's clock. A node that starts has no streams yet: whoever opens one asks for the trip.
    private long _fromMs = long.MinValue;
    private bool _outage;

    /// <summary>Called with trips that are over, each several times. It holds up the next look, so it must be quick.</summary>
    public event Action<IReadOnlySet<TripId>>? Ended;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await LookAsync(stoppingToken);
                    _outage = false;
                }
                catch (Exception failure) when (failure is HubUnavailableException || HubTrouble.Is(failure))
                {
                    if (!_outage) LogOutage(failure.Message);
                    _outage = true;
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var database = link.Database;
        if (_fromMs == long.MinValue)
        {
            var newest = await database.SortedSetRangeByRankWithScoresAsync(HubKeys.Ended, 0, 0, Order.Descending).WaitAsync(cancellationToken);
            _fromMs = newest.Length == 0 ? 0 : (long)newest[0].Score - OverlapMs;
        }

        var entries = await database.SortedSetRangeByScoreWithScoresAsync(HubKeys.Ended, _fromMs, take: Most).WaitAsync(cancellationToken);
        if (entries.Length == 0) return;
        var trips = new HashSet<TripId>();
        foreach (var entry in entries)
            if (TripId.TryParse(entry.Element, out var trip)) trips.Add(trip);
        // A full page is gone on from its last one: more than that in five seconds need no second look.
        _fromMs = Math.Max(_fromMs, (long)entries[^1].Score - (entries.Length < Most ? OverlapMs : 0));
        Ended?.Invoke(trips);
    }

    [LoggerMessage(304, LogLevel.Warning, "The list of ended trips can't be read: {Reason}. Streams end by their messages.")]
    private partial void LogOutage(string reason);
}
