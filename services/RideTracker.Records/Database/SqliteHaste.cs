using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RideTracker.Records.Database;

/// <summary>Does not wait for the disk at each commit: the demo's file is deleted when the demo ends, and nobody reads it after a power cut.</summary>
internal sealed class SqliteHaste : DbConnectionInterceptor
{
    private const string Pragma = "PRAGMA synchronous = OFF";

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Pragma;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragma;
        command.ExecuteNonQuery();
    }
}
