using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace RideTracker.Tracking.Hosting.Handover;

/// <summary>The open connections of a listener that have left its server, which knows them no more when it stops.</summary>
internal sealed partial class LeftConnections(TimeProvider time, ILogger log)
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<ClientConnection, byte> _open = new();

    public void Add(ClientConnection connection) => _open[connection] = 0;

    public void Remove(ClientConnection connection) => _open.TryRemove(connection, out _);

    /// <summary>Cuts those that are still open, and waits until they have ended; five seconds at most.</summary>
    public async Task AbortAllAsync()
    {
        var open = _open.Keys;
        foreach (var connection in open) connection.Abort(new ConnectionAbortedException("The node stops."));
        try
        {
            await Task.WhenAll(open.Select(static connection => connection.Ended)).WaitAsync(EndLimit, time);
        }
        catch (TimeoutException)
        {
            LogStuck(_open.Count);
        }
    }

    [LoggerMessage(522, LogLevel.Error, "Connection {Id} failed and is closed")]
    public partial void LogFailed(Exception failure, string id);

    [LoggerMessage(523, LogLevel.Warning, "{Open} connections did not end when they were cut")]
    private partial void LogStuck(int open);
}
