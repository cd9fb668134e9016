using StackExchange.Redis;

namespace RideTracker.Tracking.Hub;

public sealed partial class HubLink
{
    [LoggerMessage(101, LogLevel.Information, "Hub incarnation {Incarnation}, {Partitions} partition(s)")]
    private partial void LogIncarnation(string incarnation, int partitions);

    [LoggerMessage(102, LogLevel.Warning, "Lost the connection to Redis at {EndPoint}: {Failure}; trying again")]
    private partial void LogLost(string endPoint, ConnectionFailureType failure);

    [LoggerMessage(103, LogLevel.Warning, "Redis is not reachable at {EndPoints} (setting Hub:Redis): {Trouble}; the node is not ready until it is")]
    private partial void LogNotReachable(string endPoints, string trouble);

    [LoggerMessage(104, LogLevel.Critical, "{Mismatch}")]
    private partial void LogMismatch(string mismatch);

    [LoggerMessage(105, LogLevel.Debug, "Stopped while waiting for Redis")]
    private partial void LogGreetingStopped();

    [LoggerMessage(106, LogLevel.Error, "Redis answered in a way that it must not; the node is not ready until the next connection")]
    private partial void LogGreetingFailed(Exception failure);

    [LoggerMessage(107, LogLevel.Warning, "Redis takes no writes where it did: {Reason}; looking for the primary, nothing is settled meanwhile")]
    private partial void LogLeadLost(string reason);

    [LoggerMessage(108, LogLevel.Debug, "The roles of Redis's servers could not be read: {Failure}")]
    private partial void LogRolesNotRead(string failure);

    [LoggerMessage(109, LogLevel.Error, "The roles of Redis's servers are watched no longer; a change of roles is noticed by a refused write only")]
    private partial void LogRoleWatchFailed(Exception failure);
}
