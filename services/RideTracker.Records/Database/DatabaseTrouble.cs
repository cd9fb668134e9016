using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using RideTracker.Protocol.Hub;

namespace RideTracker.Records.Database;

/// <summary>Tells trouble of the database or the hub, which passes, from mistakes that come again.</summary>
internal static class DatabaseTrouble
{
    public static bool Is(Exception failure) => Cause(failure) switch
    {
        // Serialization failures and deadlocks (40), resources (53), cancelled or shut down (57), connections (08), the system (58, XX); not what was asked (22, 23, 42).
        PostgresException database => database.SqlState[..2] is "08" or "40" or "53" or "55" or "57" or "58" or "XX",
        SqliteException sqlite => sqlite.SqliteErrorCode is 5 or 6 or 10 or 13,
        DbException or IOException or SocketException or TimeoutException or HubUnavailableException or OperationCanceledException => true,
        _ => false,
    };

    /// <summary>What the engine said: EF Core wraps it for writes, and its provider for PostgreSQL once more, as an InvalidOperationException, whatever may pass by itself.</summary>
    public static Exception Cause(Exception failure) => failure switch
    {
        DbUpdateException { InnerException: { } inner } => Cause(inner),
        InvalidOperationException { InnerException: (DbException or DbUpdateException or TimeoutException or IOException) and var inner } => Cause(inner),
        _ => failure,
    };
}
