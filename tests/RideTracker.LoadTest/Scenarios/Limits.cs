using System.CommandLine;

namespace RideTracker.LoadTest.Scenarios;

/// <summary>What bounds a run, and how it ends.</summary>
internal static class Limits
{
    /// <summary>Connections of one process: 20,000 open files, less what runtime and Redis need.</summary>
    public const int MostConnections = 19_000;

    /// <summary>What was typed, to repeat it.</summary>
    public static string CommandLine(ParseResult parsed) => string.Join(' ', parsed.Tokens.Select(token => token.Value));

    public static int ExitCode(bool isInterrupted, IReadOnlyList<string> voidReasons) => isInterrupted ? ExitCodes.Interrupted : voidReasons.Count > 0 ? ExitCodes.Void : ExitCodes.Done;
}
