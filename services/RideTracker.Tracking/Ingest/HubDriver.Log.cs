namespace RideTracker.Tracking.Ingest;

internal sealed partial class HubDriver
{
    [LoggerMessage(1, LogLevel.Debug, "Driver {Driver} left before the hub could be reached.")]
    private partial void LogGone(string driver);

    [LoggerMessage(2, LogLevel.Debug, "Nothing can be pushed to driver {Driver}: {Reason}")]
    private partial void LogPushFailed(string driver, string reason);

    [LoggerMessage(3, LogLevel.Error, "A report of driver {Driver} failed in a way that it must not; the phone sends it again.")]
    internal partial void LogFailed(Exception failure, string driver);
}
