using Microsoft.Extensions.Logging;
using RideTracker.Client.Watching;

namespace RideTracker.Client;

public sealed partial class RiderConnection<TState>
{
    [LoggerMessage(21, LogLevel.Debug, "{Path}: {Strategy} came to {Outcome}; next try in {WaitMs:0} ms")]
    private partial void LogLost(string path, RiderStrategy strategy, OutcomeKind outcome, double waitMs);

    [LoggerMessage(22, LogLevel.Information, "{Path}: the watch is over: {Reason} {Detail}")]
    private partial void LogEnded(string path, RiderEndReason reason, string? detail);

    [LoggerMessage(23, LogLevel.Debug, "{Path}: the server's capabilities are not known yet: {Why}")]
    private partial void LogNoCapabilities(string path, string why);

    [LoggerMessage(24, LogLevel.Error, "{Path}: the watch failed")]
    private partial void LogFailed(Exception failure, string path);
}
