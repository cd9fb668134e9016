using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.FanOut;

/// <summary>The last places of a trip, oldest first: as many as <c>path</c> shows after a resume, and some. Not thread-safe.</summary>
/// <remarks>
/// A place takes 16 bytes here, for a node keeps a hundred of each trip. Room is made in blocks that are kept, so that a fix costs no allocation
/// once the ring is full, and 17 bytes before. Places are exact to the 7 decimals that the hub keeps.
/// </remarks>
public sealed class TripTrack
{
    /// <summary>Most places that it holds; after that the oldest are written over.</summary>
    public const int MaxCount = Blocks * BlockPlaces;

    private const int Blocks = 4;
    private const int BlockPlaces = 32;
    private const double UnitsPerDegree = 1e7;

    private Place[]?[]? _blocks;
    private long _originMs;
    private int _first;

    /// <summary>Places that it holds now.</summary>
    public int Count { get; private set; }

    /// <summary>A place; 0 is the oldest.</summary>
    public TrackPoint this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            var at = (_first + index) % MaxCount;
            ref readonly var place = ref _blocks![at / BlockPlaces]![at % BlockPlaces];
            return new TrackPoint(_originMs + place.NumberMs, _originMs + place.FixTimeMs, place.Latitude / UnitsPerDegree, place.Longitude / UnitsPerDegree);
        }
    }

    /// <summary>The fix time of a place alone, for those who look through many.</summary>
    public long FixTimeMs(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        var at = (_first + index) % MaxCount;
        return _originMs + _blocks![at / BlockPlaces]![at % BlockPlaces].FixTimeMs;
    }

    /// <summary>Adds a place as the newest.</summary>
    public void Add(in TrackPoint point)
    {
        if (Count == 0) _originMs = point.Number;
        var at = (_first + Count) % MaxCount;
        if (Count < MaxCount) Count++;
        else _first = (_first + 1) % MaxCount;
        _blocks ??= new Place[]?[Blocks];
        (_blocks[at / BlockPlaces] ??= new Place[BlockPlaces])[at % BlockPlaces] = new Place(
            FromOrigin(point.Number), FromOrigin(point.FixTimeMs), Units(point.Latitude), Units(point.Longitude));
    }

    private static int Units(double degrees) => (int)Math.Round(degrees * UnitsPerDegree, MidpointRounding.AwayFromZero);

    // Numbers are at least the hub's time, and no trip takes the 24 days that fit.
    private int FromOrigin(long ms) => (int)Math.Clamp(ms - _originMs, int.MinValue, int.MaxValue);

    /// <summary>One place: times from the origin, degrees in units of the seventh decimal.</summary>
    private readonly record struct Place(int NumberMs, int FixTimeMs, int Latitude, int Longitude);
}
