namespace RideTracker.Tracking.Ingest;

internal sealed partial class DriverSession
{
    [LoggerMessage(1, LogLevel.Debug, "The connection of driver {Driver} broke: {Reason}")]
    private partial void LogBroken(string driver, string reason);

    [LoggerMessage(2, LogLevel.Debug, "Closed the connection of driver {Driver}: {Status} {Reason}")]
    private partial void LogClosed(string driver, int status, string reason);

    [LoggerMessage(3, LogLevel.Error, "A report of driver {Driver} failed in a way that it must not; the connection is cut, and the phone sends it again.")]
    private partial void LogFailed(Exception failure, string driver);
}
