using RideTracker.Records.Database;

namespace RideTracker.Records.Hosting;

/// <summary>Refuses to serve over a database that lacks this version's tables.</summary>
internal sealed class DatabaseCheck(DatabaseUpgrade upgrade) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var missing = await upgrade.MissingAsync(cancellationToken);
        if (missing.Count > 0)
            throw new DatabaseBehindException($"The database lacks {missing.Count} migrations, the first is {missing[0]}: run `RideTracker.Records migrate` once, then start again.");
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The database lacks tables of this version.</summary>
public sealed class DatabaseBehindException(string message) : Exception(message);
