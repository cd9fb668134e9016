using Spectre.Console;

namespace RideTracker.LoadTest.Results;

/// <summary>Says what made a run less than it could be, without making it void.</summary>
internal static class Notes
{
    private const double BusyGenerator = 0.9;
    private const double MuchByOthers = 0.05;

    /// <param name="generator">CPU of the generator, 0 to 1.</param>
    /// <param name="others">CPU of others on the servers' core, 0 to 1.</param>
    public static void Print(IAnsiConsole console, double generator, double others)
    {
        if (generator > BusyGenerator) console.Profile.Out.Writer.WriteLine("NOTE: the generator was busy nearly all the time: latencies are partly its own, and the server could take more.");
        if (others > MuchByOthers) console.Profile.Out.Writer.WriteLine($"NOTE: others used {Text.Fixed(100 * others, "0")} % of the servers' core: latencies, and what one core takes, are worse than they would be on a quiet machine.");
    }
}
