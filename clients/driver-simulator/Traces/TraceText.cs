using System.Globalization;

namespace RideTracker.Simulator.Traces;

/// <summary>What the words in a trace file mean.</summary>
internal static class TraceText
{
    /// <summary>Reads an ISO 8601 time, UTC where it names no zone, as Unix time in milliseconds.</summary>
    public static bool TryTime(ReadOnlySpan<char> text, out long timeMs)
    {
        var isTime = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time);
        timeMs = time.ToUnixTimeMilliseconds();
        return isTime;
    }

    /// <summary>Reads degrees; returns what is wrong with them, or null.</summary>
    public static string? ReadPlace(string lat, string lon, out double latitude, out double longitude)
    {
        longitude = 0;
        if (!TryDegrees(lat, 90, out latitude)) return $"lat '{Shorten(lat)}' is no number from -90 to 90";
        if (!TryDegrees(lon, 180, out longitude)) return $"lon '{Shorten(lon)}' is no number from -180 to 180";
        return null;
    }

    public static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "...";

    public static SimulatorException Error(string message, Exception? inner = null) => new(ExitCodes.BadFile, message, inner);

    private static bool TryDegrees(string text, double most, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && Math.Abs(value) <= most;
}
