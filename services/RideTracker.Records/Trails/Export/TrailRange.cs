using System.Globalization;

namespace RideTracker.Records.Trails.Export;

/// <summary>Which time of a trail is asked for, and how exactly.</summary>
/// <param name="From">The first moment.</param>
/// <param name="To">The moment after the last.</param>
/// <param name="ToleranceMeters">How far the simplified way may be off; null: each fix.</param>
internal readonly record struct TrailRange(DateTimeOffset From, DateTimeOffset To, double? ToleranceMeters)
{
    private const double MinTolerance = 0.1;
    private const double MaxTolerance = 10_000;
    private static readonly TimeSpan Usual = TimeSpan.FromHours(24);
    private static readonly DateTimeOffset Oldest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Newest = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads the query's parameters: <c>to</c> is now, and <c>from</c> a day earlier, where they are left out.</summary>
    /// <returns>What is wrong, by the name of the parameter; null if nothing is.</returns>
    public static string? Read(string? from, string? to, string? tolerance, DateTimeOffset now, TimeSpan maxSpan, out TrailRange range)
    {
        range = default;
        var end = now;
        if (to is not null && !TryTime(to, out end)) return Wrong("to", to);
        var begin = end - Usual;
        if (from is not null && !TryTime(from, out begin)) return Wrong("from", from);
        if (begin >= end) return "from must be before to.";
        if (end - begin > maxSpan) return string.Create(CultureInfo.InvariantCulture, $"from and to may be {maxSpan.TotalDays:0} days apart at most.");
        if (ReadTolerance(tolerance, out var meters) is { } wrong) return wrong;
        range = new TrailRange(begin, end, meters);
        return null;
    }

    /// <summary>Reads <c>tolerance</c> alone.</summary>
    public static string? ReadTolerance(string? tolerance, out double? meters)
    {
        meters = null;
        if (tolerance is null) return null;
        if (!double.TryParse(tolerance, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || value is not (>= MinTolerance and <= MaxTolerance))
            return string.Create(CultureInfo.InvariantCulture, $"tolerance must be metres, {MinTolerance} to {MaxTolerance:0}.");
        meters = value;
        return null;
    }

    private static bool TryTime(string text, out DateTimeOffset time)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var unixMs))
        {
            time = unixMs is > 0 and < 4_102_444_800_000 ? DateTimeOffset.FromUnixTimeMilliseconds(unixMs) : default;
        }
        else if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time))
        {
            return false;
        }

        return time >= Oldest && time < Newest;
    }

    private static string Wrong(string name, string text) =>
        $"{name} must be Unix time in milliseconds or ISO 8601 such as 2026-11-28T19:31:00Z (a + in a URL is written %2B), but is '{(text.Length > 40 ? text[..40] + "…" : text)}'.";
}
