using System.Collections.Concurrent;
using RideTracker.Protocol;

namespace RideTracker.Demo.Rides;

/// <summary>The demo's own trips: those that go on, and those that are over for a while, since their riders still ask.</summary>
internal sealed class TripBook
{
    // As many as a fleet of 200 ends in half a day.
    private const int MostEnded = 10_000;

    private readonly ConcurrentDictionary<TripId, byte> _going = new();
    private readonly ConcurrentDictionary<TripId, byte> _ended = new();
    private readonly ConcurrentQueue<TripId> _endedOldestFirst = new();
    private int _completed;

    public IReadOnlyCollection<TripId> Going => [.. _going.Keys];

    /// <summary>Trips that were driven to their end.</summary>
    public int Completed => _completed;

    public TripId Begin(TripId trip)
    {
        _going[trip] = 0;
        return trip;
    }

    public void End(TripId trip, bool completed)
    {
        if (!_going.TryRemove(trip, out _)) return;
        if (completed) Interlocked.Increment(ref _completed);
        _ended[trip] = 0;
        _endedOldestFirst.Enqueue(trip);
        while (_endedOldestFirst.Count > MostEnded && _endedOldestFirst.TryDequeue(out var oldest)) _ended.TryRemove(oldest, out _);
    }

    /// <summary>Whether this is a trip of the demo, over or not.</summary>
    public bool Knows(TripId trip) => _going.ContainsKey(trip) || _ended.ContainsKey(trip);
}
