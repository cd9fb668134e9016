using Microsoft.Extensions.Options;
using RideTracker.Records.Database;

namespace RideTracker.Records.Outbox;

/// <summary>Wakes this host's worker for what other hosts write into the outbox (PostgreSQL's NOTIFY, sent at their commit). A lost message costs no more than the worker's poll.</summary>
internal sealed class OutboxEar(OutboxWriter outbox, IOptions<DatabaseOptions> database, IOptions<OutboxOptions> options) : BackgroundService
{
    // As in the migration's trigger.
    private const string Channel = "ridetracker_outbox";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The worker polls by itself; there are no other hosts.
        if (database.Value.Engine == DatabaseEngine.Sqlite) return;
        await using var notices = new Notices(database, Channel);
        while (!stoppingToken.IsCancellationRequested)
        {
            await notices.WaitAsync(TimeSpan.FromMilliseconds(options.Value.PollMs), stoppingToken);
            outbox.Wake();
        }
    }
}
