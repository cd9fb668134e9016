using System.Globalization;

namespace RideTracker.LoadTest.Results;

/// <summary>Numbers as tables show them.</summary>
internal static class Text
{
    public static string Count(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Fixed(double number, string format = "0.00") => double.IsNaN(number) ? "-" : number.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Milliseconds; <c>never</c> where that many did not come.</summary>
    public static string Ms(double ms) => double.IsPositiveInfinity(ms) ? "never" : double.IsNaN(ms) ? "-" : ms.ToString(ms < 10 ? "0.00 ms" : "#,0.0 ms", CultureInfo.InvariantCulture);

    public static string KiB(double bytes) => (bytes / 1024).ToString("0.0 KB", CultureInfo.InvariantCulture);
}
