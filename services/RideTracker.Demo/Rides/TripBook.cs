using System.Collections.Concurrent;
using System.Security.Cryptography;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;

namespace RideTracker.Demo.Rides;

/// <summary>The demo's trips as it wrote them last: names new ones, and knows those that are over for a while, since their riders still ask.</summary>
internal sealed class TripBook
{
    // As many as a fleet of 200 ends in half a day.
    private const int MostEnded = 10_000;

    // A hub may still know the trips of an earlier run: theirs must not have the same names.
    private readonly string _run = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 5);
    private readonly ConcurrentDictionary<TripId, Trip> _going = new();
    private readonly ConcurrentDictionary<TripId, byte> _ended = new();
    private readonly ConcurrentQueue<TripId> _endedOldestFirst = new();
    private int _named;
    private int _completed;

    public IReadOnlyCollection<Trip> Going => [.. _going.Values];

    /// <summary>Trips that were driven to their end.</summary>
    public int Completed => _completed;

    public TripId NewName() => TripId.Parse($"t-{_run}-{Interlocked.Increment(ref _named)}");

    /// <summary>Notes what was written.</summary>
    public void Note(Trip trip)
    {
        if (!trip.Status.IsOver())
        {
            _going[trip.Id] = trip;
            return;
        }

        if (!_going.TryRemove(trip.Id, out _)) return;
        if (trip.Status == TripStatus.Complete) Interlocked.Increment(ref _completed);
        _ended[trip.Id] = 0;
        _endedOldestFirst.Enqueue(trip.Id);
        while (_endedOldestFirst.Count > MostEnded && _endedOldestFirst.TryDequeue(out var oldest)) _ended.TryRemove(oldest, out _);
    }

    /// <exception cref="KeyNotFoundException">The trip does not go on.</exception>
    public Trip this[TripId trip] => _going[trip];

    /// <summary>Whether this is a trip of the demo, over or not.</summary>
    public bool Knows(TripId trip) => _going.ContainsKey(trip) || _ended.ContainsKey(trip);
}
