using StackExchange.Redis;

namespace RideTracker.Tracking.Hub;

public sealed partial class HubLink
{
    [LoggerMessage(101, LogLevel.Information, "Hub incarnation {Incarnation}, {Partitions} partition(s)")]
    private partial void LogIncarnation(string incarnation, int partitions);

    [LoggerMessage(102, LogLevel.Warning, "Lost the connection to Redis at {EndPoint}: {Failure}; trying again")]
    private partial void LogLost(string endPoint, ConnectionFailureType failure);

    [LoggerMessage(103, LogLevel.Warning, "Redis is not reachable at {EndPoints} (setting Hub:Redis); the node is not ready until it is")]
    private partial void LogNotReachable(string endPoints);

    [LoggerMessage(104, LogLevel.Critical, "{Mismatch}")]
    private partial void LogMismatch(string mismatch);

    [LoggerMessage(105, LogLevel.Debug, "Stopped while waiting for Redis")]
    private partial void LogGreetingStopped();

    [LoggerMessage(106, LogLevel.Error, "Redis answered in a way that it must not; the node is not ready until the next connection")]
    private partial void LogGreetingFailed(Exception failure);
}
