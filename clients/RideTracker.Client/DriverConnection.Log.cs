using Microsoft.Extensions.Logging;

namespace RideTracker.Client;

public sealed partial class DriverConnection
{
    [LoggerMessage(1, LogLevel.Information, "Driver {Driver}: not connected ({Why}); next try in {WaitMs:0} ms")]
    private partial void LogLost(string driver, string why, double waitMs);

    [LoggerMessage(2, LogLevel.Error, "Driver {Driver}: refused for good: {Why}")]
    private partial void LogRefused(string driver, string why);

    [LoggerMessage(3, LogLevel.Warning, "Driver {Driver}: the server is in trouble: {Why}")]
    private partial void LogTroubled(string driver, string why);

    [LoggerMessage(4, LogLevel.Information, "Driver {Driver}: the hub is a new one; what was settled lately is sent again")]
    private partial void LogHubChanged(string driver);

    [LoggerMessage(5, LogLevel.Warning, "Driver {Driver}: closed with {Fixes} fixes not settled")]
    private partial void LogLeftBehind(string driver, long fixes);

    [LoggerMessage(6, LogLevel.Debug, "Driver {Driver}: stopped")]
    private partial void LogStopped(string driver);
}
