using RideTracker.Simulator.Output;
using Spectre.Console;

namespace RideTracker.Simulator;

/// <summary>Ends a command: the receipt, and the exit code that fits it.</summary>
internal static class Ending
{
    public static async Task<int> FinishAsync(Receipt receipt, IAnsiConsole console, string? json, bool interrupted)
    {
        receipt.Print(console);
        if (json is not null) await receipt.WriteJsonAsync(json).ConfigureAwait(false);
        if (interrupted) return ExitCodes.Interrupted;
        return receipt.IsComplete ? ExitCodes.Done : ExitCodes.Incomplete;
    }
}
