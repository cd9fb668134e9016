using RideTracker.Protocol;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Geo;

namespace RideTracker.Simulator.Traces;

/// <summary>One recorded place: 24 bytes, so that a file of millions fits in memory.</summary>
internal readonly record struct TracePoint(long TimeMs, double Lat, double Lng);

/// <summary>The recorded fixes of one driver, oldest first.</summary>
internal sealed class DriverDay(DriverId driver, IReadOnlyList<TracePoint> points)
{
    // Over a longer gap, or faster than any car, the way between two places says nothing about speed and course.
    private const double MostGapSeconds = 120;
    private const double MostSpeedMps = 50;
    private const double LeastCourseMeters = 8;

    public DriverId Driver { get; } = driver;

    public IReadOnlyList<TracePoint> Points { get; } = points;

    public TimeSpan Length => TimeSpan.FromMilliseconds(Points[^1].TimeMs - Points[0].TimeMs);

    /// <summary>The day without the fixes at its start that would be older than a limit when sent.</summary>
    public DriverDay Within(TimeSpan limit, double speed)
    {
        var skip = 0;
        while ((Points[^1].TimeMs - Points[skip].TimeMs) * (1 - (1 / speed)) > limit.TotalMilliseconds) skip++;
        return skip == 0 ? this : new DriverDay(Driver, [.. Points.Skip(skip)]);
    }

    /// <summary>When to send a fix, counted from the start of the replay.</summary>
    public TimeSpan SendAt(int i, double speed) => TimeSpan.FromMilliseconds((Points[i].TimeMs - Points[0].TimeMs) / speed);

    /// <summary>The fix as of now: spaced as recorded, the last one of the day at the moment it is sent.</summary>
    /// <param name="startMs">Start of the replay, Unix time in milliseconds.</param>
    /// <param name="speed">How many times faster than recorded, 1 or more.</param>
    public DriverFix FixAt(int i, long startMs, double speed)
    {
        var point = Points[i];
        var end = startMs + (long)(Length.TotalMilliseconds / speed);
        var fix = new DriverFix(end - (Points[^1].TimeMs - point.TimeMs), point.Lat, point.Lng);
        if (i == 0) return fix;
        var before = Points[i - 1];
        var seconds = (point.TimeMs - before.TimeMs) / 1000.0;
        if (seconds is <= 0 or > MostGapSeconds) return fix;
        var meters = GeoMath.DistanceMeters(before.Lat, before.Lng, point.Lat, point.Lng);
        if (meters / seconds > MostSpeedMps) return fix;
        return fix with
        {
            SpeedMps = (float)Math.Round(meters / seconds, 1),
            HeadingDegrees = meters < LeastCourseMeters ? null : (float)Math.Round(GeoMath.CourseDegrees(before.Lat, before.Lng, point.Lat, point.Lng), 1),
        };
    }
}
