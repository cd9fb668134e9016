namespace RideTracker.LoadTest.Formats;

/// <summary>
/// Where a driver is at a time: it walks 1.1 km to and fro for ever, at 11 m/s, as a function of nothing but its number and the time. So a fix is never a jump,
/// whatever was sent before, and drivers are spread over a town of 100 x 100 places.
/// </summary>
internal static class FixWalk
{
    // 1e-7 degrees, 1.1 cm, a millisecond.
    private const long LegMs = 100_000;

    /// <summary>Degrees of latitude times 10,000,000.</summary>
    public static long Latitude(int driver, long timeMs) => 377_000_000 + driver % 100 * 10_000 + Along(timeMs);

    /// <summary>Degrees of longitude times 10,000,000.</summary>
    public static long Longitude(int driver) => -1_225_000_000 + driver / 100 % 100 * 10_000;

    private static long Along(long timeMs)
    {
        var at = timeMs % (2 * LegMs);
        return at <= LegMs ? at : 2 * LegMs - at;
    }
}
