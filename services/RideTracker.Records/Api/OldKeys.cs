using Microsoft.EntityFrameworkCore;
using RideTracker.Records.Database;

namespace RideTracker.Records.Api;

/// <summary>Forgets old keys of requests.</summary>
internal sealed class OldKeys(Idempotency idempotency, IDbContextFactory<RecordsDb> databases) : IExpires
{
    public string What => "idempotency keys";

    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await idempotency.ForgetAsync(db, cancellationToken);
    }
}
