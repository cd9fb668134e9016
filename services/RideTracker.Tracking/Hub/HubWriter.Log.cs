namespace RideTracker.Tracking.Hub;

public sealed partial class HubWriter
{
    [LoggerMessage(111, LogLevel.Debug, "{Reports} report(s) did not reach the hub: {Failure}")]
    private partial void LogUnavailable(int reports, string failure);

    [LoggerMessage(112, LogLevel.Warning, "The hub refused a batch of {Reports} reports, trying driver by driver: {Failure}")]
    private partial void LogSplit(int reports, string failure);

    [LoggerMessage(114, LogLevel.Error, "The answer to a report of driver {Driver} could not be taken")]
    private partial void LogNotAnswered(Exception failure, string driver);

    [LoggerMessage(113, LogLevel.Error, "The hub refused a report of driver {Driver}")]
    private partial void LogRefused(Exception failure, string driver);
}
