using RideTracker.Records.Database;

namespace RideTracker.Records.Trails;

/// <summary>What reading and writing the history in bulk is on each engine.</summary>
internal interface IFixStore
{
    /// <summary>Makes a connection ready for <see cref="InsertAsync"/>; it stays open until the context is disposed.</summary>
    Task OpenAsync(RecordsDb db, CancellationToken cancellationToken);

    /// <summary>Lets go of what the connection has taken, before it goes back to its pool. Where it is broken there is nothing to let go.</summary>
    Task CloseAsync(RecordsDb db);

    /// <summary>
    /// Takes a partition of the queue for this connection, so that two Records do not do the same work twice; false while another has it. Only a saving:
    /// two that read the same write each fix once all the same.
    /// </summary>
    Task<bool> TryOwnAsync(RecordsDb db, int partition, CancellationToken cancellationToken);

    /// <summary>Makes sure that there is room for the days of fixes, in a transaction of its own.</summary>
    Task MakeRoomAsync(RecordsDb db, IReadOnlySet<DateOnly> days, CancellationToken cancellationToken);

    /// <summary>Writes rows in the running transaction, except those that the history has.</summary>
    /// <param name="rows">Ascending by <see cref="FixRow.Compare"/>, no fix twice.</param>
    /// <param name="inserted">Gets those that were new, in the same order.</param>
    Task InsertAsync(RecordsDb db, ReadOnlyMemory<FixRow> rows, List<WrittenFix> inserted, CancellationToken cancellationToken);

    /// <summary>Deletes all fixes of the days before one.</summary>
    /// <returns>What was deleted, for the log.</returns>
    Task<IReadOnlyList<string>> DeleteBeforeAsync(RecordsDb db, DateOnly day, CancellationToken cancellationToken);

    /// <summary>Whether a failure is about what was to be written, and would come again; else it is the engine's, and passes.</summary>
    bool IsOfData(Exception failure);
}
