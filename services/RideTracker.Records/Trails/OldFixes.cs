using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Records.Database;

namespace RideTracker.Records.Trails;

/// <summary>Deletes fixes and dead letters that are older than they are kept, and makes room for the days that come.</summary>
internal sealed partial class OldFixes(
    IDbContextFactory<RecordsDb> databases, IFixStore store, IOptions<TrailOptions> options, TimeProvider time, ILogger<OldFixes> log) : IExpires
{
    private const int DaysAhead = 2;

    public string What => "fixes";

    /// <summary>A day is deleted when all of it is older than the limit: at most a day later than to the minute.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var limit = now - TimeSpan.FromDays(options.Value.RetentionDays);
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await store.MakeRoomAsync(db, Enumerable.Range(0, DaysAhead + 1).Select(today.AddDays).ToHashSet(), cancellationToken);
        foreach (var deleted in await store.DeleteBeforeAsync(db, DateOnly.FromDateTime(limit.UtcDateTime), cancellationToken)) LogDeleted(deleted);
        await db.Set<DeadFix>().Where(dead => dead.At < limit).ExecuteDeleteAsync(cancellationToken);
    }

    [LoggerMessage(621, LogLevel.Information, "Deleted as older than Trails:RetentionDays: {What}")]
    private partial void LogDeleted(string what);
}
