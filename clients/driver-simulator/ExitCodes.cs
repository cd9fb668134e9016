namespace RideTracker.Simulator;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Wrong arguments (as the parser has it).</summary>
    public const int Usage = 1;

    /// <summary>A file can't be read or is not what it should be.</summary>
    public const int BadFile = 2;

    /// <summary>The server can't be reached.</summary>
    public const int Unreachable = 3;

    /// <summary>The server refuses the token.</summary>
    public const int Refused = 4;

    /// <summary>Some fixes were dropped or not settled in time.</summary>
    public const int Incomplete = 5;

    /// <summary>Ended by Ctrl-C.</summary>
    public const int Interrupted = 130;
}

/// <summary>An end of the program that needs a sentence, not a stack trace.</summary>
internal sealed class SimulatorException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}
