using System.Globalization;

namespace RideTracker.Tracking.Hosting;

/// <summary>How many files the process may open: each connection is one.</summary>
internal static class OpenFiles
{
    // Connections to Redis, the program's own files, and clients whose closing is still under way.
    private const long Reserve = 512;

    private const string Limits = "/proc/self/limits";
    private const string Name = "Max open files";

    /// <summary>Client connections that fit; null where the system sets no limit or does not tell.</summary>
    public static long? MostConnections => File.Exists(Limits) && Soft(File.ReadLines(Limits)) is { } most ? Math.Max(most / 2, most - Reserve) : null;

    /// <summary>The soft limit of files in the lines of proc(5)'s <c>limits</c>: name, soft limit, hard limit, unit.</summary>
    internal static long? Soft(IEnumerable<string> lines) =>
        lines.FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) is { } line
        && long.TryParse(line.AsSpan(Name.Length).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture, out var soft)
            ? soft
            : null;
}
