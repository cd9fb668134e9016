using RideTracker.Tracking.FanOut;

namespace RideTracker.Tracking.Delivery;

/// <summary>Shows a trip to one stream, and never a fix that is older than one that its client has seen.</summary>
/// <param name="feed">The trip's feed.</param>
/// <param name="mailbox">The stream's mailbox, which is attached to it.</param>
/// <param name="shownFixTimeMs">The newest fix that the client has seen, 0 if none.</param>
public sealed class TripView(TripFeed feed, Mailbox mailbox, long shownFixTimeMs) : RiderView
{
    private long _shownFixTimeMs = shownFixTimeMs;

    public override StateFrame Prepare(StateFrame frame)
    {
        // A driver's replacement, or a hub restored from an older copy, may be behind what this client has seen.
        if (frame.FixTimeMs > 0 && frame.FixTimeMs < _shownFixTimeMs) return feed.WithoutVehicle(_shownFixTimeMs);
        _shownFixTimeMs = Math.Max(_shownFixTimeMs, frame.FixTimeMs);
        return frame;
    }

    public override ValueTask DisposeAsync()
    {
        feed.Detach(mailbox);
        return ValueTask.CompletedTask;
    }
}
