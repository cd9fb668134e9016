using System.Buffers.Text;
using System.Globalization;
using RideTracker.Hosting;
using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Geo;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;
using StackExchange.Redis;

namespace RideTracker.Tracking.Hub;

/// <summary>Reads drivers, trips and places from the hub.</summary>
public sealed class HubReader(HubLink link)
{
    // `path` after a resume has 100 places at the most, and each change brings one at least.
    private const int TrackTail = 100;

    // Metres: the geo index rounds to 52 bits, and riders see four decimals.
    private const double PlaceMargin = 15;

    private static readonly RedisValue[] SlotFields =
    [
        "n", "fix", "heard", "interval", "stale", "gone", "cell", "idle", "dropoff", "trip", "status", "tripversion", "shared", "taken", "over", "off",
    ];

    private static readonly RedisValue[] TripFields = ["n", "status", "version", "driver", "shared", "over", "end", "eta"];

    /// <summary>The driver's slot with its track's end, or null if it has none.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public ValueTask<DriverSlot?> ReadDriverAsync(DriverId driver, CancellationToken cancellationToken) => Reach(async db =>
    {
        var partition = HubKeys.Partition(driver, link.Partitions);
        var fields = db.HashGetAsync(HubKeys.Slot(partition, driver), SlotFields);
        var track = db.ListRangeAsync(HubKeys.Track(partition, driver), -TrackTail, -1);
        return Slot(driver, await fields, await track);
    }, cancellationToken);

    /// <summary>What a trip has without its driver, or null if the hub knows no such trip.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public ValueTask<TripHead?> ReadTripAsync(TripId trip, CancellationToken cancellationToken) => Reach(async db =>
    {
        var kept = await db.HashGetAsync(HubKeys.Trip(trip), TripFields);
        if (kept[0].IsNull || !TripStatuses.TryParse(kept[1], out var status)) return null;
        return new TripHead(trip, status, (int)kept[2], DriverId.TryParse(kept[3], out var driver) ? driver : null, (string?)kept[4] ?? "")
        {
            Number = (long)kept[0],
            Over = kept[5] == "1",
            EndMs = kept[6].IsNull ? 0 : (long)kept[6],
            Eta = Eta(kept[7]),
        };
    }, cancellationToken);

    /// <summary>The trip's planned way as JSON, or null if none is known.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public ValueTask<byte[]?> ReadRouteAsync(TripId trip, CancellationToken cancellationToken) =>
        Reach(async db => (byte[]?)await db.StringGetAsync(HubKeys.Route(trip)), cancellationToken);

    /// <summary>All drivers whose newest place lies in a box, of all partitions, without their tracks.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public ValueTask<IReadOnlyList<DriverSlot>> ReadBoxAsync(GeoBox box, CancellationToken cancellationToken) => Reach(async db =>
    {
        var found = new HashSet<DriverId>();
        foreach (var piece in Pieces(box))
        {
            double lat = (piece.South + piece.North) / 2, lng = (piece.West + piece.East) / 2;
            // GEOSEARCH measures a place's distance east of the centre on the place's own parallel: the widest one counts. The stored
            // place is rounded to 52 bits (0.6 m), hence the margin; the slot's own place decides.
            var widest = piece.South <= 0 && piece.North >= 0 ? 0 : Math.Min(Math.Abs(piece.South), Math.Abs(piece.North));
            var width = GeoMath.DistanceMeters(widest, piece.West, widest, piece.East) * 1.01 + 10;
            var height = GeoMath.DistanceMeters(piece.South, lng, piece.North, lng) * 1.01 + 10;
            var searches = Enumerable.Range(0, link.Partitions)
                .Select(partition => db.GeoSearchAsync(HubKeys.Geo(partition), lng, lat, new GeoSearchBox(height, width, GeoUnit.Meters), options: GeoRadiusOptions.None))
                .ToArray();
            foreach (var search in searches)
                foreach (var hit in await search)
                    if (DriverId.TryParse(hit.Member, out var driver)) found.Add(driver);
        }

        var slots = await ReadSlotsAsync(db, found);
        return (IReadOnlyList<DriverSlot>)slots.Where(slot => slot.Newest is { } at && box.Contains(at.Latitude, at.Longitude)).ToList();
    }, cancellationToken);

    /// <summary>The drivers nearest to a place, nearest first, of all partitions, without their tracks.</summary>
    /// <param name="latitude">Degrees.</param>
    /// <param name="longitude">Degrees.</param>
    /// <param name="radiusMeters">How far away they may be.</param>
    /// <param name="limit">How many at the most.</param>
    /// <param name="wanted">Which count.</param>
    /// <param name="shownDecimals">How exactly their places will be shown: distances are to the shown places, so that a small radius tells no more.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public ValueTask<IReadOnlyList<DriverSlot>> ReadNearAsync(
        double latitude, double longitude, double radiusMeters, int limit, Func<DriverSlot, bool> wanted, int shownDecimals, CancellationToken cancellationToken) => Reach(async db =>
    {
        // Who is wanted is known only from the slots, so ask for more until enough of them are.
        for (var count = limit * 2; ; count *= 4)
        {
            var searches = Enumerable.Range(0, link.Partitions)
                .Select(partition => db.GeoSearchAsync(
                    HubKeys.Geo(partition), longitude, latitude, new GeoSearchCircle(radiusMeters + PlaceMargin), count, order: Order.Ascending, options: GeoRadiusOptions.WithDistance))
                .ToArray();
            var found = new List<DriverId>();
            var exhausted = true;
            foreach (var search in searches)
            {
                var hits = await search;
                exhausted &= hits.Length < count;
                foreach (var hit in hits)
                    if (DriverId.TryParse(hit.Member, out var driver)) found.Add(driver);
            }

            var near = (await ReadSlotsAsync(db, found))
                .Where(slot => slot.Newest is not null && wanted(slot))
                .Select(slot => (Slot: slot, Distance: GeoMath.DistanceMeters(
                    latitude, longitude, Math.Round(slot.Newest!.Value.Latitude, shownDecimals), Math.Round(slot.Newest.Value.Longitude, shownDecimals))))
                .Where(one => one.Distance <= radiusMeters)
                .OrderBy(one => one.Distance).ThenBy(one => one.Slot.Driver.Value, StringComparer.Ordinal)
                .Take(limit).Select(one => one.Slot).ToList();
            if (near.Count == limit || exhausted) return (IReadOnlyList<DriverSlot>)near;
        }
    }, cancellationToken);

    /// <summary>One driver's slot without its track.</summary>
    /// <exception cref="HubUnavailableException">The hub can't be reached.</exception>
    public ValueTask<DriverSlot?> ReadSlotAsync(DriverId driver, CancellationToken cancellationToken) => Reach(
        async db => Slot(driver, await db.HashGetAsync(HubKeys.Slot(HubKeys.Partition(driver, link.Partitions), driver), SlotFields), null), cancellationToken);

    private async Task<List<DriverSlot>> ReadSlotsAsync(IDatabase db, IReadOnlyCollection<DriverId> drivers)
    {
        var reads = drivers.Select(driver => (driver, db.HashGetAsync(HubKeys.Slot(HubKeys.Partition(driver, link.Partitions), driver), SlotFields))).ToList();
        var slots = new List<DriverSlot>(reads.Count);
        foreach (var (driver, read) in reads)
            if (Slot(driver, await read, null) is { Gone: false } slot) slots.Add(slot);
        return slots;
    }

    // A box wider than 60 degrees is asked in pieces: on a great circle the far side of the earth would look near.
    private static IEnumerable<GeoBox> Pieces(GeoBox box)
    {
        var south = Math.Max(box.South, -GeoMath.MaxLatitude);
        var north = Math.Min(box.North, GeoMath.MaxLatitude);
        if (south > north) yield break;
        var pieces = Math.Max(1, (int)Math.Ceiling(box.Width / 60));
        var step = box.Width / pieces;
        for (var i = 0; i < pieces; i++)
        {
            double west = box.West + i * step, east = west + step;
            // A piece across the antimeridian is two: each side is asked with its own longitudes.
            if (west >= 180) yield return new GeoBox(west - 360, south, east - 360, north);
            else if (east > 180)
            {
                yield return new GeoBox(west, south, 180, north);
                yield return new GeoBox(-180, south, east - 360, north);
            }
            else yield return new GeoBox(west, south, east, north);
        }
    }

    private static DriverSlot? Slot(DriverId driver, RedisValue[] kept, RedisValue[]? track)
    {
        if (kept[0].IsNull) return null;
        var number = (long)kept[0];
        DriverFix? newest = null;
        ReadOnlySpan<byte> text = (byte[]?)kept[1];
        if (FixText.TryRead(ref text, out var fix)) newest = fix;
        SlotTrip? trip = null;
        if (TripId.TryParse(kept[9], out var id) && TripStatuses.TryParse(kept[10], out var status))
            trip = new SlotTrip(id, status, (int)kept[11], (string?)kept[12] ?? "", Long(kept[13]), kept[14] == "1");
        return new DriverSlot(driver)
        {
            Number = number,
            Newest = newest,
            LastHeardMs = Long(kept[2]),
            IntervalMs = Long(kept[3]),
            Stale = kept[4] == "1",
            Gone = kept[5] == "1",
            OffDuty = ((string?)kept[15])?.EndsWith("-;", StringComparison.Ordinal) ?? false,
            Cell = (string?)kept[6] ?? "",
            IdleSinceMs = Long(kept[7]),
            DroppedOffMs = Long(kept[8]),
            Trip = trip,
            Track = track is null ? [] : Track(track, number),
        };
    }

    // "ms,metres", as TripProjection writes it.
    private static QueuedEta? Eta(RedisValue value) =>
        ((string?)value)?.Split(',') is [var arrivesAt, var meters]
        && long.TryParse(arrivesAt, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && double.TryParse(meters, NumberStyles.Float, CultureInfo.InvariantCulture, out var distance)
            ? new QueuedEta(ms, distance)
            : null;

    private static long Long(RedisValue value) => value.TryParse(out long number) ? number : 0;

    // The track may have grown since the slot was read: what is numbered higher is left for the next reading.
    private static List<TrackPoint> Track(RedisValue[] track, long upTo)
    {
        var points = new List<TrackPoint>(track.Length);
        foreach (var element in track)
        {
            ReadOnlySpan<byte> line = (byte[]?)element;
            if (line.StartsWith("!"u8)) line = line[1..];
            var bar = line.IndexOf((byte)'|');
            if (bar < 0 || !Utf8Parser.TryParse(line[..bar], out long number, out _) || number > upTo) continue;
            line = line[(bar + 1)..];
            while (FixText.TryRead(ref line, out var fix)) points.Add(new TrackPoint(number, fix.FixTimeMs, fix.Latitude, fix.Longitude));
        }

        return points;
    }

    private async ValueTask<T> Reach<T>(Func<IDatabase, Task<T>> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await read(link.Database).WaitAsync(cancellationToken);
        }
        catch (Exception failure) when (HubTrouble.Is(failure))
        {
            throw new HubUnavailableException($"The hub did not answer: {failure.Message}", failure);
        }
    }
}
