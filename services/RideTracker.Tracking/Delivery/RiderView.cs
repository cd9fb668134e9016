using RideTracker.Tracking.FanOut;

namespace RideTracker.Tracking.Delivery;

/// <summary>What one stream shows: a trip, or a part of the map. Disposed of when the stream ends.</summary>
public abstract class RiderView : IAsyncDisposable
{
    /// <summary>Sees each state but the first before it is written, and may put another in its place.</summary>
    public virtual StateFrame Prepare(StateFrame frame) => frame;

    /// <summary>For streams that are not handed their states: asked at each signal whether there is one.</summary>
    public virtual ValueTask<StateFrame?> NextAsync(CancellationToken cancellationToken) => default;

    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();
}
