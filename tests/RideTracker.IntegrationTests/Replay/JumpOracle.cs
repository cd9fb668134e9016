namespace RideTracker.IntegrationTests.Replay;

/// <summary>
/// Which fixes of a drive must be refused as a jump, by the words of protocol.md section 2 and apart from the product's code: a fix that is more
/// than 90 m/s away from the last good one; but the third of three in a row that agree with one another is where the car is now.
/// </summary>
internal static class JumpOracle
{
    private const double FastestMps = 90;
    private const double EarthMeters = 6_371_008.8;

    /// <summary>The places, from 0, of the refused fixes.</summary>
    public static HashSet<int> Refused(IReadOnlyList<TracePoint> drive)
    {
        var refused = new HashSet<int>();
        var good = -1;
        for (var i = 0; i < drive.Count; i++)
        {
            var moved = i >= 2 && good < i - 2 && refused.Contains(i - 1) && refused.Contains(i - 2)
                && Agree(drive[i - 2], drive[i - 1]) && Agree(drive[i - 1], drive[i]);
            if (good < 0 || Agree(drive[good], drive[i]) || moved) good = i;
            else refused.Add(i);
        }

        return refused;
    }

    private static bool Agree(TracePoint from, TracePoint to) => Meters(from, to) <= FastestMps * (to.TimeMs - from.TimeMs) / 1000;

    // By the chord through the sphere, not by the haversine that the product uses.
    private static double Meters(TracePoint from, TracePoint to)
    {
        var (x1, y1, z1) = Unit(from);
        var (x2, y2, z2) = Unit(to);
        var chord = Math.Sqrt((x1 - x2) * (x1 - x2) + (y1 - y2) * (y1 - y2) + (z1 - z2) * (z1 - z2));
        return 2 * EarthMeters * Math.Asin(chord / 2);
    }

    private static (double X, double Y, double Z) Unit(TracePoint at)
    {
        double lat = at.Lat * Math.PI / 180, lng = at.Lng * Math.PI / 180;
        return (Math.Cos(lat) * Math.Cos(lng), Math.Cos(lat) * Math.Sin(lng), Math.Sin(lat));
    }
}
