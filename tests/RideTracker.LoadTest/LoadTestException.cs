namespace RideTracker.LoadTest;

/// <summary>An end of the program that needs a sentence, not a stack trace.</summary>
internal sealed class LoadTestException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}
