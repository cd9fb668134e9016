namespace RideTracker.LoadTest.Formats;

/// <summary>Writes DriverFix objects as a phone does.</summary>
internal static class FixJson
{
    /// <summary>No fix is longer, in bytes, its comma included.</summary>
    public const int MaxLength = 128;

    /// <summary>Writes the fixes of one report, oldest first, a millisecond apart; the last has the given time.</summary>
    public static void Write(ref ByteWriter writer, int driver, long newestMs, int count)
    {
        for (var time = newestMs - count + 1; time <= newestMs; time++)
        {
            writer.Text(time == newestMs - count + 1 ? "{\"time\":"u8 : ",{\"time\":"u8);
            writer.Number(time);
            writer.Text(",\"lat\":"u8);
            writer.Degrees(FixWalk.Latitude(driver, time));
            writer.Text(",\"lng\":"u8);
            writer.Degrees(FixWalk.Longitude(driver));
            writer.Text(",\"accuracy\":5,\"speed\":8.4,\"heading\":187}"u8);
        }
    }
}
