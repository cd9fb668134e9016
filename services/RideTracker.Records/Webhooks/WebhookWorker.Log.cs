namespace RideTracker.Records.Webhooks;

internal sealed partial class WebhookWorker
{
    [LoggerMessage(1, LogLevel.Warning, "Webhooks wait: {Reason}")]
    private partial void LogOutage(string reason);

    [LoggerMessage(2, LogLevel.Information, "Webhooks go on.")]
    private partial void LogBack();

    [LoggerMessage(3, LogLevel.Warning, "Webhook {Webhook} did not take event {Number} in {Tries} tries, the last error: {Reason}. It can be replayed.")]
    private partial void LogDead(string webhook, long number, int tries, string reason);

    [LoggerMessage(4, LogLevel.Warning, "A delivery to webhook {Webhook} could not be ended: {Reason}. It is tried again when its lease ends.")]
    private partial void LogFailed(string webhook, string reason);
}
