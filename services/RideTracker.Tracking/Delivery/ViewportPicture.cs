using RideTracker.Protocol.Hub;
using RideTracker.Tracking.FanOut;

namespace RideTracker.Tracking.Delivery;

/// <summary>What one stream's client has of a viewport: gives what changed since, at most one message per tick, so that a slow client gets the changes merged.</summary>
public sealed class ViewportPicture(Look look, IViewport viewport, TimeSpan tick, TimeSpan silence, TimeProvider time)
{
    private Dictionary<string, SeenVehicle> _known = new(StringComparer.Ordinal);
    private long _lastMs;
    private long _readMs;

    /// <summary>The first message: whole; null if the client's cursor still holds.</summary>
    /// <exception cref="HubUnavailableException">The hub must be asked and can't be reached.</exception>
    public async ValueTask<StateFrame?> FirstAsync(string resume, CancellationToken cancellationToken)
    {
        var vehicles = await viewport.CollectAsync(cancellationToken);
        var cursor = ViewportCursor.Of(look.Tag, vehicles);
        Remember(vehicles);
        _readMs = _lastMs;
        if (resume == cursor.ToString()) return null;
        return ViewportFrames.Whole(cursor, vehicles, reset: resume.Length > 0 && !look.Owns(resume));
    }

    /// <summary>What changed, if a tick has passed since the last look; otherwise null.</summary>
    public async ValueTask<StateFrame?> NextAsync(CancellationToken cancellationToken)
    {
        // A timer may fire a little early by this clock: a tenth of a tick is close enough.
        if (time.GetUtcNow().ToUnixTimeMilliseconds() - _lastMs < tick.TotalMilliseconds * 0.9) return null;
        IReadOnlyList<SeenVehicle> vehicles;
        try
        {
            vehicles = await viewport.CollectAsync(cancellationToken);
        }
        catch (HubUnavailableException)
        {
            // It will pass: the stream stays open and goes on by itself. What it shows is stale by then.
            if (time.GetUtcNow().ToUnixTimeMilliseconds() - _readMs < silence.TotalMilliseconds) return null;
            vehicles = [.. _known.Values.Select(static vehicle => vehicle.Stale ? vehicle : vehicle with { Stale = true, Hash = ~vehicle.Hash })];
            return Step(vehicles);
        }

        _readMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        return Step(vehicles);
    }

    private StateFrame? Step(IReadOnlyList<SeenVehicle> vehicles)
    {
        // `near` is an order, so it is whole each time.
        if (look.Query.Box is null)
        {
            var before = ViewportCursor.Of(look.Tag, _known.Values);
            Remember(vehicles);
            var now = ViewportCursor.Of(look.Tag, vehicles);
            return before == now ? null : ViewportFrames.Whole(now, vehicles, reset: false);
        }

        var old = _known;
        Remember(vehicles);
        return ViewportFrames.Changes(ViewportCursor.Of(look.Tag, vehicles), old, _known);
    }

    private void Remember(IReadOnlyList<SeenVehicle> vehicles)
    {
        _known = vehicles.ToDictionary(vehicle => vehicle.Id, StringComparer.Ordinal);
        _lastMs = time.GetUtcNow().ToUnixTimeMilliseconds();
    }
}
