using Microsoft.AspNetCore.Connections;

namespace RideTracker.Tracking.Hosting;

/// <summary>Counts the clients' connections against how many the process may have.</summary>
/// <param name="most">How many; null = no limit.</param>
internal sealed class OpenConnections(long? most)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromMinutes(1);

    private long _count;
    private long _told;

    /// <summary>How many the process may have; null = no limit.</summary>
    public long? Most => most;

    /// <summary>How many there are.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Whether one more would find no file.</summary>
    public bool IsFull => Count >= most;

    /// <summary>Counts a connection until it is closed, whatever is between the socket and the HTTP server, or refuses it there.</summary>
    public void Add(ConnectionContext connection)
    {
        Interlocked.Increment(ref _count);
        connection.ConnectionClosed.UnsafeRegister(static open => Interlocked.Decrement(ref ((OpenConnections)open!)._count), this);
    }

    /// <summary>Whether it is to be told that there is no room: once a minute.</summary>
    public bool IsNewlyFull(TimeProvider time)
    {
        var told = Volatile.Read(ref _told);
        return (told == 0 || time.GetElapsedTime(told) > TellEvery) && Interlocked.CompareExchange(ref _told, time.GetTimestamp(), told) == told;
    }
}
