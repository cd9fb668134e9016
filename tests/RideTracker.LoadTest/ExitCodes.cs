namespace RideTracker.LoadTest;

/// <summary>Exit codes, documented in docs/benchmarks.md.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Wrong command line.</summary>
    public const int Usage = 1;

    /// <summary>What is to be measured can't be started, or what is needed is missing.</summary>
    public const int CannotStart = 2;

    /// <summary>The run is void: it does not measure what it says.</summary>
    public const int Void = 3;

    /// <summary>A figure was missed (<c>compare</c>).</summary>
    public const int Missed = 4;

    /// <summary>Ended by Ctrl-C.</summary>
    public const int Interrupted = 130;
}
