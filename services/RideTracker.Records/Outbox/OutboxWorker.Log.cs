namespace RideTracker.Records.Outbox;

internal sealed partial class OutboxWorker
{
    [LoggerMessage(710, LogLevel.Warning, "The outbox waits: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(711, LogLevel.Information, "The outbox goes on.")]
    private partial void LogBack();

    [LoggerMessage(712, LogLevel.Error, "The hub could not be told of {Kind} {Key}, for the {Times}. time; tried again.")]
    private partial void LogFailed(string kind, string key, int times, Exception failure);
}
