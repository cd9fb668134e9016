namespace RideTracker.Hosting.Access;

public sealed partial class RevocationList
{
    [LoggerMessage(1, LogLevel.Warning, "The list of revoked tokens can't be read: {Reason}. What this node knows of it stays valid.")]
    private partial void LogOutage(string reason);

    [LoggerMessage(2, LogLevel.Information, "The list of revoked tokens can be read again.")]
    private partial void LogBack();
}
