using RideTracker.Records.Database;

namespace RideTracker.Records.Trails;

/// <summary>
/// Hears of fixes that came into the history, each once: called inside the transaction that writes them, and only with rows that were really inserted.
/// What it writes with the context is committed with them, or not at all. Any number may be registered.
/// </summary>
public interface IFixesWritten
{
    /// <summary>Takes the new fixes of a batch.</summary>
    /// <param name="db">The context of the transaction: enlist in it, commit nothing. What it tracks is forgotten after the batch.</param>
    /// <param name="fixes">Ascending by driver (ordinal), then fix time; a late fix may be older than what was written before. The list is used again after the call.</param>
    /// <remarks>
    /// May be called again for the same fixes where the transaction did not come through. One that throws for a fix, and goes on doing so, is left out for that fix: the fix is
    /// written all the same, and a dead letter says which hook failed and how.
    /// </remarks>
    ValueTask OnWrittenAsync(RecordsDb db, IReadOnlyList<WrittenFix> fixes, CancellationToken cancellationToken);
}
