using System.Collections.Concurrent;
using RideTracker.Protocol;

namespace RideTracker.Fleet.Rides;

/// <summary>Knows which rides go on, and when one has to be a long one.</summary>
internal sealed class RideBoard(FleetOptions options, IRides rides)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<TripId, Ride> _rides = new();
    private int _longPromised;

    public IRides Listener { get; } = rides;

    public IReadOnlyCollection<Ride> Rides => [.. _rides.Values];

    /// <summary>How long the next ride must last; zero if it may be any. A long one is promised until <see cref="Add"/>.</summary>
    public TimeSpan NextAtLeast(SeededRandom random)
    {
        lock (_lock)
        {
            if (_rides.Values.Count(r => r.Remaining > options.LongRide) + _longPromised >= options.LongRides) return TimeSpan.Zero;
            _longPromised++;
            return options.LongRide * random.Between(1.8, 3);
        }
    }

    public void Add(Ride ride, bool promised)
    {
        lock (_lock)
        {
            if (promised) _longPromised--;
            _rides[ride.Id] = ride;
        }
    }

    public void Remove(Ride ride) => _rides.TryRemove(ride.Id, out _);
}
