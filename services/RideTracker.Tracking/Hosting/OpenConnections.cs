using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace RideTracker.Tracking.Hosting;

/// <summary>Counts the clients' connections against how many the process may have.</summary>
/// <param name="most">How many; null = no limit.</param>
internal sealed class OpenConnections(long? most)
{
    private long _count;

    /// <summary>Whether one more would find no file.</summary>
    public bool IsFull => Volatile.Read(ref _count) >= most;

    /// <summary>A connection was accepted.</summary>
    public void Add() => Interlocked.Increment(ref _count);

    /// <summary>Has the connections of an endpoint leave the count when they end.</summary>
    public void Use(ListenOptions listen) => listen.Use(next => async connection =>
    {
        try
        {
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    });
}
