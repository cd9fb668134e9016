using NetTopologySuite.Geometries;

namespace RideTracker.Records.Geofences.Shapes;

/// <summary>
/// Knows of cells of 0.0005 degrees (some 50 m) whether any geofence's border comes into them: where none does, a way changes nothing, and nobody need be
/// asked. Found out when first asked, and forgotten where more cells than four share a place in the table, so that it stays small (1 MB).
/// </summary>
/// <param name="index">The geofences; they never change.</param>
internal sealed class CalmCells(FenceIndex index)
{
    private const double PerDegree = 2_000;
    private const int MaxCells = 9;
    private const int SetBits = 15;
    private const int Ways = 4;

    // (key + 1) * 2, plus 1 if calm; a long is written in one piece, so threads need no lock.
    private readonly long[] _known = new long[Ways << SetBits];

    [ThreadStatic]
    private static List<Fence>? _near;

    /// <summary>Whether no border lies on the straight way between two places; false where that is not known.</summary>
    public bool IsCalm(double fromLat, double fromLng, double toLat, double toLng)
    {
        if (Math.Abs(fromLng) > 179.9 || Math.Abs(toLng) > 179.9) return false;
        int fromX = Column(fromLng), fromY = Row(fromLat), toX = Column(toLng), toY = Row(toLat);
        var (west, east) = fromX < toX ? (fromX, toX) : (toX, fromX);
        var (south, north) = fromY < toY ? (fromY, toY) : (toY, fromY);
        // The way stays in the block of cells that its ends span.
        if ((east - west + 1) * (long)(north - south + 1) > MaxCells) return false;
        for (var x = west; x <= east; x++)
        {
            for (var y = south; y <= north; y++)
            {
                if (!IsCalm(x, y)) return false;
            }
        }

        return true;
    }

    private static int Column(double lng) => (int)Math.Floor((lng + 180) * PerDegree);

    private static int Row(double lat) => (int)Math.Floor((lat + 90) * PerDegree);

    private bool IsCalm(int x, int y)
    {
        var key = (((long)x << 20) | (uint)y) + 1;
        var hash = (ulong)key * 0x9E3779B97F4A7C15;
        var first = (int)(hash >> (64 - SetBits)) * Ways;
        for (var i = first; i < first + Ways; i++)
        {
            var entry = Volatile.Read(ref _known[i]);
            if (entry >> 1 == key) return (entry & 1) == 1;
        }

        var calm = Look(x, y);
        // An empty place, or one by chance.
        var place = first + (int)(hash >> 20 & (Ways - 1));
        for (var i = first; i < first + Ways; i++)
        {
            if (Volatile.Read(ref _known[i]) == 0) place = i;
        }

        Volatile.Write(ref _known[place], key << 1 | (calm ? 1L : 0));
        return calm;
    }

    private bool Look(int x, int y)
    {
        double west = x / PerDegree - 180, south = y / PerDegree - 90, east = (x + 1) / PerDegree - 180, north = (y + 1) / PerDegree - 90;
        var near = _near ??= [];
        index.Near(new Envelope(west, east, south, north), near);
        foreach (var fence in near)
        {
            // Its box is what is asked for, whichever diagonal is given.
            if (fence.Shape.IsNearBorder(south, west, north, east)) return false;
        }

        return true;
    }
}
