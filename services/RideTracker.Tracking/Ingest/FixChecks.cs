using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Geo;

namespace RideTracker.Tracking.Ingest;

/// <summary>The checks that a fix must pass, in their order. Pure: what a driver did before is <see cref="DriverTrack"/>'s to know.</summary>
internal static class FixChecks
{
    /// <summary>The order is part of the contract: a fix is refused for the first reason that holds (protocol.md section 2).</summary>
    public static IReadOnlyList<FixCheck> InOrder { get; } = [Malformed, OutOfRange, Future, TooOld, Inaccurate, Jump];

    /// <summary>The first reason to refuse a fix, or null if there is none.</summary>
    /// <param name="fix">The fix.</param>
    /// <param name="before">The accepted fix before it by time; none for the first and for late ones.</param>
    /// <param name="limits">What it must keep to.</param>
    /// <param name="nowMs">The server's clock, Unix ms.</param>
    public static RejectReason? Find(in DriverFix fix, in DriverFix? before, FixLimits limits, long nowMs)
    {
        foreach (var check in Checks)
        {
            if (check(in fix, in before, limits, nowMs) is { } reason) return reason;
        }

        return null;
    }

    /// <summary>Whether one gets from the first place to the second without being faster than allowed; the second must be later.</summary>
    public static bool IsReachable(in DriverFix from, in DriverFix to, FixLimits limits) =>
        GeoMath.DistanceMeters(from.Latitude, from.Longitude, to.Latitude, to.Longitude) <= limits.MaxSpeedMps * ((to.FixTimeMs - from.FixTimeMs) / 1000.0);

    private static readonly FixCheck[] Checks = [.. InOrder];

    private static RejectReason? Malformed(in DriverFix fix, in DriverFix? before, FixLimits limits, long nowMs) =>
        fix.FixTimeMs > 0 && double.IsFinite(fix.Latitude) && double.IsFinite(fix.Longitude) ? null : RejectReason.Malformed;

    private static RejectReason? OutOfRange(in DriverFix fix, in DriverFix? before, FixLimits limits, long nowMs) =>
        Math.Abs(fix.Latitude) <= limits.MaxLatitude && Math.Abs(fix.Longitude) <= 180 ? null : RejectReason.OutOfRange;

    private static RejectReason? Future(in DriverFix fix, in DriverFix? before, FixLimits limits, long nowMs) =>
        fix.FixTimeMs - nowMs <= limits.MaxAhead.TotalMilliseconds ? null : RejectReason.Future;

    private static RejectReason? TooOld(in DriverFix fix, in DriverFix? before, FixLimits limits, long nowMs) =>
        nowMs - fix.FixTimeMs <= limits.MaxAge.TotalMilliseconds ? null : RejectReason.TooOld;

    private static RejectReason? Inaccurate(in DriverFix fix, in DriverFix? before, FixLimits limits, long nowMs) =>
        fix.AccuracyMeters > limits.MaxAccuracyMeters ? RejectReason.Inaccurate : null;

    private static RejectReason? Jump(in DriverFix fix, in DriverFix? before, FixLimits limits, long nowMs) =>
        before is { } previous && !IsReachable(in previous, in fix, limits) ? RejectReason.Jump : null;
}

/// <summary>One check: why a fix is refused, or null.</summary>
internal delegate RejectReason? FixCheck(in DriverFix fix, in DriverFix? before, FixLimits limits, long nowMs);
