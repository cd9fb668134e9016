namespace RideTracker.Records.Routing;

public sealed partial class OsrmPlanner
{
    [LoggerMessage(802, LogLevel.Warning, "The OSRM server of Routing:Osrm failed {Failures} times in a row, last {Outcome}: ways are planned without it, it is tried again every {Seconds} s")]
    private partial void LogPaused(int failures, OsrmOutcome outcome, int seconds);

    [LoggerMessage(803, LogLevel.Information, "The OSRM server of Routing:Osrm answers again")]
    private partial void LogBack();
}
