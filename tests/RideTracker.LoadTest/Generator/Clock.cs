using System.Diagnostics;

namespace RideTracker.LoadTest.Generator;

/// <summary>The one clock of a run: monotonic, in nanoseconds; Unix time is derived from it, so that neither steps while a run measures.</summary>
internal static class Clock
{
    public const long Second = 1_000_000_000;
    public const long Millisecond = 1_000_000;

    private static readonly long UnixOffsetNs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * Millisecond - Stopwatch.GetTimestamp();

    /// <summary>CLOCK_MONOTONIC, the same in every process of this machine.</summary>
    public static long Ns => Stopwatch.GetTimestamp();

    /// <summary>Unix time in milliseconds at a moment of the monotonic clock.</summary>
    public static long UnixMs(long ns) => (ns + UnixOffsetNs) / Millisecond;
}
