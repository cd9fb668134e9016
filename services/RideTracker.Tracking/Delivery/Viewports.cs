using Microsoft.Extensions.Options;
using RideTracker.Protocol.Geo;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.FanOut;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Delivery;

/// <summary>An open look at a part of the map: what is seen there now, and a signal when that may have changed.</summary>
public interface IViewport : IAsyncDisposable
{
    /// <summary>What is seen now, in the order in which it is to be written.</summary>
    /// <exception cref="HubUnavailableException">The hub must be asked and can't be reached.</exception>
    ValueTask<IReadOnlyList<SeenVehicle>> CollectAsync(CancellationToken cancellationToken);

    /// <summary>The node itself is told of changes: the mailbox is signalled. Otherwise the hub is asked at each tick.</summary>
    bool Pushed { get; }
}

/// <summary>Opens looks at the map: over cells for a viewport of usual size, by asking the hub for <c>near</c> and for wide ones.</summary>
public sealed class Viewports(HubLink link, HubReader reader, CellFeeds cells, IOptions<FanOutOptions> fanOut, IOptions<DeliveryOptions> delivery, TimeProvider time)
{
    // Shown places are rounded to 4 decimals for riders, so a car just outside the box can be shown inside.
    private const double RoundingDegrees = 0.00006;

    // A box of MaxViewport squared touches fewer at the default; more than this costs a node more to follow than to ask for.
    private const int MostCells = 400;

    public Audience AudienceOf(bool anonymous) => new(anonymous, fanOut.Value.HideAfterDropoffSeconds * 1000L, link.Secret);

    public bool IsWide(GeoBox box) => box.Width > delivery.Value.MaxViewport || box.Height > delivery.Value.MaxViewport;

    /// <summary>Reads the hub once.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async ValueTask<IReadOnlyList<SeenVehicle>> ReadAsync(ViewportQuery query, Audience audience, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (query.Box is { } box)
        {
            var slots = await reader.ReadBoxAsync(Widened(box), cancellationToken);
            var seen = new List<SeenVehicle>();
            foreach (var slot in slots)
                if (Vehicle.From(slot) is { } vehicle && audience.See(vehicle, now) is { } one && Audience.IsIn(one, box)) seen.Add(one);
            seen.Sort(static (a, b) => string.CompareOrdinal(a.Id, b.Id));
            return seen;
        }

        var near = await reader.ReadNearAsync(
            query.Latitude, query.Longitude, query.RadiusMeters, query.Limit,
            slot => !slot.Gone && audience.MaySee(slot.Busy, slot.DroppedOffMs, now), audience.ShownDecimals, cancellationToken);
        return near.Select(slot => audience.See(Vehicle.From(slot)!, now)!.Value).ToList();
    }

    /// <summary>Opens a look whose changes wake the mailbox, where the viewport is small enough for that.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public async ValueTask<IViewport> OpenAsync(ViewportQuery query, Audience audience, Mailbox mailbox, CancellationToken cancellationToken)
    {
        if (query.Box is not { } box || IsWide(box)) return new AskedViewport(this, query, audience);
        var names = Cell.Cover(Widened(box), MostCells);
        if (names.Count == 0) return new AskedViewport(this, query, audience);
        var feeds = new List<CellFeed>(names.Count);
        var look = new CellViewport(feeds, box, audience, mailbox, time);
        try
        {
            foreach (var name in names) feeds.Add(await cells.AttachAsync(name, mailbox, cancellationToken));
            return look;
        }
        catch
        {
            await look.DisposeAsync();
            throw;
        }
    }

    internal static GeoBox Widened(GeoBox box)
    {
        double west = box.West - RoundingDegrees, east = box.East + RoundingDegrees;
        double south = Math.Max(-90, box.South - RoundingDegrees), north = Math.Min(90, box.North + RoundingDegrees);
        // All the way round: wider would be the sliver on the other side of the antimeridian.
        if (box.Width + 2 * RoundingDegrees >= 360) return new GeoBox(-180, south, 180, north);
        return new GeoBox(west < -180 ? west + 360 : west, south, east > 180 ? east - 360 : east, north);
    }

    private sealed class CellViewport(List<CellFeed> feeds, GeoBox box, Audience audience, Mailbox mailbox, TimeProvider time) : IViewport
    {
        public bool Pushed => true;

        public ValueTask<IReadOnlyList<SeenVehicle>> CollectAsync(CancellationToken cancellationToken)
        {
            var seen = new Dictionary<string, SeenVehicle>(StringComparer.Ordinal);
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            foreach (var feed in feeds) feed.Collect(box, audience, now, seen);
            var list = seen.Values.ToList();
            list.Sort(static (a, b) => string.CompareOrdinal(a.Id, b.Id));
            return new(list);
        }

        public ValueTask DisposeAsync()
        {
            foreach (var feed in feeds) feed.Detach(mailbox);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class AskedViewport(Viewports owner, ViewportQuery query, Audience audience) : IViewport
    {
        public bool Pushed => false;

        public ValueTask<IReadOnlyList<SeenVehicle>> CollectAsync(CancellationToken cancellationToken) => owner.ReadAsync(query, audience, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
