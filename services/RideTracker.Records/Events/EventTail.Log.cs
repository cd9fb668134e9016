namespace RideTracker.Records.Events;

public sealed partial class EventTail
{
    [LoggerMessage(1, LogLevel.Warning, "Events can't be read: {Reason}. Streams wait.")]
    private partial void LogOutage(string reason);

    [LoggerMessage(2, LogLevel.Information, "Events can be read again.")]
    private partial void LogBack();
}
