using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Records.Database;

namespace RideTracker.Records.Tokens;

/// <summary>Forgets tokens that ended long ago.</summary>
internal sealed class OldTokens(IDbContextFactory<RecordsDb> databases, IOptions<TokensOptions> options, TimeProvider time) : IExpires
{
    public string What => "tokens";

    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var before = time.GetUtcNow().AddDays(-options.Value.KeepDays);
        await db.Set<IssuedToken>().Where(token => token.Expires < before).ExecuteDeleteAsync(cancellationToken);
    }
}
