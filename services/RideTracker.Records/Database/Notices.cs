using Microsoft.Extensions.Options;
using Npgsql;

namespace RideTracker.Records.Database;

/// <summary>Waits for PostgreSQL's NOTIFY on one channel, on a connection of its own, no longer than a given time; so whoever waits looks by itself where a notice is lost. SQLite has none.</summary>
internal sealed class Notices(IOptions<DatabaseOptions> options, string channel) : IAsyncDisposable
{
    private NpgsqlConnection? _connection;

    /// <summary>Returns after a notice or after the time, or a little earlier.</summary>
    public async Task WaitAsync(TimeSpan most, CancellationToken cancellationToken)
    {
        if (options.Value.Engine == DatabaseEngine.Sqlite)
        {
            await Task.Delay(most, cancellationToken);
            return;
        }

        try
        {
            if (_connection is null)
            {
                // Not of the pool: it would be handed out with its LISTEN.
                _connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(options.Value.ConnectionString) { Pooling = false, ApplicationName = "ridetracker-records-notices", KeepAlive = 30 }.ConnectionString);
                await _connection.OpenAsync(cancellationToken);
                await using var listen = new NpgsqlCommand("LISTEN " + channel, _connection);
                await listen.ExecuteNonQueryAsync(cancellationToken);
                // What came before it listened is to be looked for now.
                return;
            }

            await _connection.WaitAsync(most, cancellationToken);
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or TimeoutException)
        {
            await DisposeAsync();
            await Task.Delay(most, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not { } connection) return;
        _connection = null;
        await connection.DisposeAsync();
    }
}
