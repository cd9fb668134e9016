using System.Text.Json;
using RideTracker.Records.Api;
using RideTracker.Records.Database;

namespace RideTracker.Records.Outbox;

/// <summary>What changes something that the hub must know puts a row here, in the same transaction: so a crash between the two loses neither.</summary>
public sealed class OutboxWriter(TimeProvider time)
{
    private readonly SemaphoreSlim _wake = new(0, 1);

    /// <summary>Adds a row; it is written by the context's next SaveChanges, and goes to the hub after the commit.</summary>
    /// <param name="kind">See <see cref="IProjected.Kind"/>.</param>
    /// <param name="key">What changed.</param>
    /// <param name="data">What can't be read from the present state.</param>
    public void Add(RecordsDb db, string kind, string key, object? data = null)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        db.Add(new OutboxRow { Kind = kind, Key = key, Data = data is null ? null : JsonSerializer.Serialize(data, ApiJson.Options), CreatedMs = now, DueMs = now });
    }

    /// <summary>To be called after the commit: this host's worker looks at once. Workers of other hosts hear of it by PostgreSQL's NOTIFY.</summary>
    public void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already, or about to be.
        }
    }

    /// <summary>Waits until there may be something; no longer than a time, for what no message told of.</summary>
    internal Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _wake.WaitAsync(atMost, cancellationToken);
}
