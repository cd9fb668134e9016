using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using RideTracker.Records.Database;

namespace RideTracker.Records.Outbox;

/// <summary>Listens for what other hosts write into the outbox (PostgreSQL's NOTIFY, sent at their commit) and wakes this host's worker. A lost message costs no more than the worker's poll.</summary>
internal sealed partial class OutboxEar(OutboxWriter outbox, IDbContextFactory<RecordsDb> databases, ILogger<OutboxEar> log) : BackgroundService
{
    // As in the migration's trigger.
    private const string Listen = "LISTEN ridetracker_outbox";

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var db = await databases.CreateDbContextAsync(stoppingToken);
        if (!db.IsPostgres) return;
        // A connection of its own, kept open, and asked whether it still lives: else a silent end would go unnoticed.
        var address = new NpgsqlConnectionStringBuilder(db.Database.GetConnectionString()) { Pooling = false, KeepAlive = 30 }.ConnectionString;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(address);
                await connection.OpenAsync(stoppingToken);
                connection.Notification += (_, _) => outbox.Wake();
                await using (var command = new NpgsqlCommand(Listen, connection)) await command.ExecuteNonQueryAsync(stoppingToken);
                outbox.Wake();
                while (true) await connection.WaitAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is DbException or IOException)
            {
                LogDeaf(failure.Message);
                await Task.Delay(Retry, stoppingToken);
            }
        }
    }

    [LoggerMessage(713, LogLevel.Warning, "The outbox does not hear of other hosts' changes now, and polls: {Reason}")]
    private partial void LogDeaf(string reason);
}
