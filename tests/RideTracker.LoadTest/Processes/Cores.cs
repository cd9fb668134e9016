using System.Globalization;

namespace RideTracker.LoadTest.Processes;

/// <summary>Which core does what: all servers on one, generator and everything else on another.</summary>
internal static class Cores
{
    /// <summary>All that is measured runs here.</summary>
    public const int Server = 0;

    /// <summary>The generator, the drainer and the tables run here; the same core where there is only one.</summary>
    public static int Generator { get; } = Math.Min(1, Online - 1);

    /// <summary>Cores of the machine, however this process is pinned.</summary>
    public static int Online => File.ReadLines("/proc/cpuinfo").Count(line => line.StartsWith("processor", StringComparison.Ordinal));

    /// <summary>
    /// Makes a command one that runs on a core, and that Ctrl-C in a terminal does not reach: it is ended once the run is over. <c>setsid</c> and
    /// <c>taskset</c> become the program itself, so the process id is the program's.
    /// </summary>
    public static string[] On(int core, params string[] command) => ["setsid", "taskset", "-c", core.ToString(CultureInfo.InvariantCulture), .. command];

    /// <summary>Makes a command one that may use all cores: builds, which are not measured.</summary>
    public static string[] OnAll(params string[] command) => ["taskset", "-c", string.Create(CultureInfo.InvariantCulture, $"0-{Online - 1}"), .. command];
}
