namespace RideTracker.Demo.Rides;

internal sealed partial class DemoFleet
{
    [LoggerMessage(1, LogLevel.Debug, "The demo ended before the fleet set off")]
    private partial void LogStoppedEarly();

    [LoggerMessage(2, LogLevel.Critical, "The nodes refuse the fleet's tokens, so nothing can move: is Access__Keys__0 the nodes' signing key? {Why}")]
    private partial void LogRefused(string why);

    [LoggerMessage(3, LogLevel.Warning, "Records can't be reached, trying again: {Why}")]
    private partial void LogRecordsAway(string why);

    [LoggerMessage(4, LogLevel.Warning, "{Count} trips could not be cancelled: {Why}")]
    private partial void LogTripsLeft(int count, string why);

    [LoggerMessage(5, LogLevel.Warning, "No car can report to {Nodes}, trying again: {Why}")]
    private partial void LogNobodyConnected(Uri nodes, string why);
}
