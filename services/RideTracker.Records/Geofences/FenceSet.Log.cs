namespace RideTracker.Records.Geofences;

public sealed partial class FenceSet
{
    [LoggerMessage(1, LogLevel.Debug, "{Count} geofences, {Changed} of them new or changed, version {Version}.")]
    private partial void LogRead(int count, int changed, long version);

    [LoggerMessage(2, LogLevel.Warning, "Geofences can't be read: {Reason}. Those known stay in force.")]
    private partial void LogOutage(string reason);

    [LoggerMessage(3, LogLevel.Information, "Geofences can be read again.")]
    private partial void LogBack();
}
