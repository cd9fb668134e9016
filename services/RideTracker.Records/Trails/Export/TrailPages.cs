using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using RideTracker.Records.Database;

namespace RideTracker.Records.Trails.Export;

/// <summary>Reads a driver's trail page by page: little is held however long it is, and no client that reads slowly keeps a connection to the database.</summary>
internal sealed class TrailPages(IDbContextFactory<RecordsDb> databases)
{
    /// <summary>Fixes that are read at once.</summary>
    public const int Size = 2_000;

    /// <summary>The fixes from one moment to before another, oldest first.</summary>
    public async IAsyncEnumerable<IReadOnlyList<TrailFix>> ReadAsync(
        string driver, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            List<TrailFix> page;
            await using (var db = await databases.CreateDbContextAsync(cancellationToken))
                page = await Query(db, driver, from, to).ToListAsync(cancellationToken);
            if (page.Count > 0) yield return page;
            if (page.Count < Size) yield break;
            // Times are whole milliseconds, and a driver has each once.
            from = page[^1].FixTime.AddMilliseconds(1);
        }
    }

    /// <summary>One page.</summary>
    internal static IQueryable<TrailFix> Query(RecordsDb db, string driver, DateTimeOffset from, DateTimeOffset to) =>
        db.Set<TrailFix>().AsNoTracking().Where(fix => fix.Driver == driver && fix.FixTime >= from && fix.FixTime < to).OrderBy(fix => fix.FixTime).Take(Size);
}
