using System.Text;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Geo;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.FanOut;

/// <summary>One trip's live state as a node knows it: made from a reading of the hub, moved on by messages. Not thread-safe.</summary>
public sealed class TripState
{
    // A place from longer before the driver took the trip says where the driver was, not where the car comes from.
    private const long OldestAtStartMs = 120_000;

    private TripState(TripId trip) => Trip = trip;

    public TripId Trip { get; }

    public long Number { get; private set; }

    public TripStatus Status { get; private set; }

    public int Version { get; private set; }

    public DriverId? Driver { get; private set; }

    /// <summary>The driver drives this trip now, and no other.</summary>
    public bool Active { get; private set; }

    public bool Over { get; private set; }

    public long EndMs { get; private set; }

    /// <summary>The trip's own members, as the inside of a JSON object.</summary>
    public byte[] Shared { get; private set; } = [];

    /// <summary>The planned way's version, 0 if none is known.</summary>
    public int RouteVersion { get; private set; }

    /// <summary>Where the car drives to; null if the trip is over.</summary>
    public NextStop? NextStop { get; private set; }

    /// <summary>When the driver will come, while it still drives another trip.</summary>
    public QueuedEta? Eta { get; private set; }

    /// <summary>The newest fix; none before the first, while queued, and after the end.</summary>
    public DriverFix? Newest { get; private set; }

    public long LastHeardMs { get; private set; }

    public long IntervalMs { get; private set; }

    public bool Stale { get; private set; }

    /// <summary>This node found the driver silent while the hub was away and could not number it.</summary>
    public bool LocallyStale { get; private set; }

    /// <summary>When the driver took the trip (server's clock, Unix ms): riders see no track from before.</summary>
    public long TakenMs { get; private set; }

    /// <summary>The places since the driver took the trip, oldest first.</summary>
    public TripTrack Track { get; } = new();

    /// <summary>Puts together what the hub keeps of a trip and of its driver.</summary>
    public static TripState From(TripHead head, DriverSlot? slot)
    {
        var state = new TripState(head.Id) { Driver = head.Driver };
        if (head.Over || slot?.Trip?.Id != head.Id)
        {
            // New, queued behind another trip, or over: there is no car to show.
            state.SetTrip(head.Number, head.Status, head.Version, head.Shared, head.Over, head.EndMs);
            if (!head.Over) state.Eta = head.Eta;
            return state;
        }

        var trip = slot.Trip;
        state.SetTrip(slot.Number, trip.Status, trip.Version, trip.Shared, trip.Over, trip.Over ? slot.DroppedOffMs : 0);
        if (trip.Over) return state;
        state.Active = true;
        state.LastHeardMs = slot.LastHeardMs;
        state.IntervalMs = slot.IntervalMs;
        state.Stale = slot.Stale;
        if (slot.Newest is { } newest && newest.FixTimeMs >= trip.TakenMs - OldestAtStartMs) state.Newest = newest;
        state.TakenMs = trip.TakenMs;
        foreach (var point in slot.Track) state.Add(in point);
        return state;
    }

    /// <summary>Takes the fixes of a message of this trip that is numbered higher.</summary>
    public void Apply(in HubMessage message)
    {
        var fixes = message.Fixes;
        while (FixText.TryRead(ref fixes, out var fix))
        {
            Newest = fix;
            Add(new TrackPoint(message.Number, fix.FixTimeMs, fix.Latitude, fix.Longitude));
        }

        Number = message.Number;
        LastHeardMs = message.HeardMs;
        IntervalMs = message.IntervalMs;
        Stale = false;
        LocallyStale = false;
    }

    /// <summary>The hub turned the driver stale, or gone.</summary>
    public void TurnStale(long number)
    {
        Number = number;
        Stale = true;
        LocallyStale = false;
    }

    /// <summary>The hub is away, and the driver's time is over.</summary>
    public void TurnLocallyStale() => LocallyStale = !Stale;

    /// <summary>
    /// Metres and seconds to the next stop: along the planned way, and by the straight line where none is known or the car has left it; null without
    /// a car. From the state alone, so that every node says the same.
    /// </summary>
    public TravelEstimate? Left(RouteProgress? progress)
    {
        if (Newest is not { } here) return null;
        if (progress is not null && (NextStop is not { } end || progress.LeadsTo(end)) && progress.Remaining(here.Latitude, here.Longitude) is { } left) return left;
        return NextStop is { } stop
            ? TravelTime.Straight(here.Latitude, here.Longitude, stop.Latitude, stop.Longitude, here.FixTimeMs, RecentSpeed.Of(Track))
            : null;
    }

    /// <summary>The name of this state.</summary>
    public Cursor Cursor(uint tag) => new(tag, Number, Newest?.FixTimeMs ?? 0, LocallyStale);

    private void SetTrip(long number, TripStatus status, int version, string shared, bool over, long endMs)
    {
        Number = number;
        Status = status;
        Version = version;
        Over = over;
        EndMs = endMs;
        Shared = Encoding.UTF8.GetBytes(shared);
        RouteVersion = RouteOf(Shared);
        NextStop = FanOut.NextStop.Of(status, Shared);
    }

    private void Add(in TrackPoint point)
    {
        // By the phone's clock and by the hub's, since a phone may be ahead: numbers are at least the hub's time.
        if (point.FixTimeMs < TakenMs || point.Number < TakenMs) return;
        Track.Add(in point);
    }

    // TripProjection writes "route":N first, if there is one.
    private static int RouteOf(ReadOnlySpan<byte> shared)
    {
        var prefix = "\"route\":"u8;
        return shared.StartsWith(prefix) && System.Buffers.Text.Utf8Parser.TryParse(shared[prefix.Length..], out int version, out _) ? version : 0;
    }
}
