using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Records.Database;

namespace RideTracker.Records.Api;

/// <summary>
/// Lets a request be sent again without being done again. The key is taken in the very transaction that does what was asked: of two at once the second one
/// waits for the first one's end at the key's row. Only successes are kept: what failed has changed nothing, and is tried anew.
/// </summary>
public sealed class Idempotency(TimeProvider time, IOptions<ApiOptions> options)
{
    /// <summary>Takes the key, or finds what was answered before. To be called first in the transaction.</summary>
    /// <returns>What to answer at once; null: go on, and call <see cref="KeepAsync"/> before the commit.</returns>
    public async ValueTask<IResult?> ClaimAsync(RecordsDb db, IdempotencyRequest? request, CancellationToken cancellationToken)
    {
        if (request is null) return null;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var oldest = now - (long)options.Value.IdempotencyKeep.TotalMilliseconds;
        await db.Database.ExecuteSqlAsync($"DELETE FROM idempotency_keys WHERE scope = {request.Scope} AND key = {request.Key} AND created_ms < {oldest}", cancellationToken);
        var taken = await db.Database.ExecuteSqlAsync(
            $"INSERT INTO idempotency_keys (scope, key, fingerprint, created_ms, status) VALUES ({request.Scope}, {request.Key}, {request.Fingerprint}, {now}, 0) ON CONFLICT DO NOTHING",
            cancellationToken);
        if (taken == 1) return null;
        var kept = await db.Set<IdempotencyRow>().AsNoTracking().SingleAsync(row => row.Scope == request.Scope && row.Key == request.Key, cancellationToken);
        return kept.Fingerprint.AsSpan().SequenceEqual(request.Fingerprint)
            ? new ApiAnswer(kept.Status, kept.Body, kept.Location, kept.Version)
            : Problems.IdempotencyKeyReused.Result($"{IdempotencyRequest.Header}: was used for another request; take a new one for each thing that is to be done once.");
    }

    /// <summary>Keeps the answer under the key, in the transaction.</summary>
    public async ValueTask KeepAsync(RecordsDb db, IdempotencyRequest? request, ApiAnswer answer, CancellationToken cancellationToken)
    {
        if (request is null) return;
        await db.Database.ExecuteSqlAsync(
            $"UPDATE idempotency_keys SET status = {answer.Status}, body = {answer.Body}, location = {answer.Location}, version = {answer.Version} WHERE scope = {request.Scope} AND key = {request.Key}",
            cancellationToken);
    }

    /// <summary>Forgets what is past its time, and the oldest beyond the limit.</summary>
    /// <returns>How many were forgotten.</returns>
    public async Task<int> ForgetAsync(RecordsDb db, CancellationToken cancellationToken)
    {
        var oldest = time.GetUtcNow().ToUnixTimeMilliseconds() - (long)options.Value.IdempotencyKeep.TotalMilliseconds;
        var forgotten = await db.Database.ExecuteSqlAsync($"DELETE FROM idempotency_keys WHERE created_ms < {oldest}", cancellationToken);
        var limit = options.Value.MaxIdempotencyKeys;
        return forgotten + await db.Database.ExecuteSqlAsync(
            $"DELETE FROM idempotency_keys WHERE created_ms < (SELECT created_ms FROM idempotency_keys ORDER BY created_ms DESC LIMIT 1 OFFSET {limit})",
            cancellationToken);
    }
}
