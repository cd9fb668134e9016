using RideTracker.Tracking.FanOut;

namespace RideTracker.Tracking.Delivery;

/// <summary>Shows a part of the map to one stream: at its ticks, and when something changed.</summary>
public sealed class ViewportView(IViewport viewport, ViewportPicture picture, ITimer tick) : RiderView
{
    public override ValueTask<StateFrame?> NextAsync(CancellationToken cancellationToken) => picture.NextAsync(cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await tick.DisposeAsync();
        await viewport.DisposeAsync();
    }
}
