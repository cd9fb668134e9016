namespace RideTracker.Records.Trails;

internal sealed partial class TrailRetention
{
    [LoggerMessage(621, LogLevel.Information, "Deleted as older than Trails:RetentionDays: {What}")]
    private partial void LogDeleted(string what);

    [LoggerMessage(622, LogLevel.Error, "Old fixes could not be deleted; tried again in an hour")]
    private partial void LogFailed(Exception failure);
}
