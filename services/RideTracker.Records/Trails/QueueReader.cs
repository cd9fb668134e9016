using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Records.Database;

namespace RideTracker.Records.Trails;

/// <summary>
/// Takes accepted fixes from the hub's queue to the history: reads, writes, and only then takes off what was written, if the queue is still what it was.
/// So a crash anywhere, a second Records or a hub restored from an older state make it write again what the history has, and lose nothing (docs/adr/0014).
/// </summary>
internal sealed partial class QueueReader(
    IDbContextFactory<RecordsDb> databases, FixQueue queue, IFixStore store, BatchWriter writer, TrailProgress progress, TrailMetrics metrics,
    IOptions<TrailOptions> options, TimeProvider time, ILogger<QueueReader> log) : BackgroundService
{
    private static readonly TimeSpan MinBackoff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _pause = TimeSpan.FromMilliseconds(options.Value.PollMs);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var readers = Math.Min(options.Value.Readers, queue.Partitions);
        return Task.WhenAll(Enumerable.Range(0, readers).Select(reader => Task.Run(
            () => RunAsync(reader, [.. Enumerable.Range(0, queue.Partitions).Where(partition => partition % readers == reader)], stoppingToken), CancellationToken.None)));
    }

    private async Task RunAsync(int reader, int[] partitions, CancellationToken stoppingToken)
    {
        var backoff = MinBackoff;
        progress.Turned(reader);
        try
        {
            while (true)
            {
                try
                {
                    await using var db = await databases.CreateDbContextAsync(stoppingToken);
                    try
                    {
                        await store.OpenAsync(db, stoppingToken);
                        await ReadAsync(db, reader, partitions, () => backoff = MinBackoff, stoppingToken);
                    }
                    finally
                    {
                        await store.CloseAsync(db);
                    }
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    // Nothing is lost: what was not taken off the queue is read again.
                    progress.Failed(reader, failure.Message);
                    if (DatabaseTrouble.Is(failure)) LogTrouble(failure.Message, backoff);
                    else LogBug(failure, backoff);
                }

                foreach (var partition in partitions) progress.Left(partition);
                await Task.Delay(backoff, time, stoppingToken);
                backoff = 2 * backoff < MaxBackoff ? 2 * backoff : MaxBackoff;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            progress.Stopped(reader);
        }
    }

    private async Task ReadAsync(RecordsDb db, int reader, int[] partitions, Action turned, CancellationToken cancellationToken)
    {
        var owned = new HashSet<int>();
        long? asked = null;
        while (true)
        {
            var began = time.GetTimestamp();
            if (owned.Count < partitions.Length && !(asked is { } at && time.GetElapsedTime(at) < AskAgain))
            {
                foreach (var partition in partitions.Where(partition => !owned.Contains(partition)))
                    if (await store.TryOwnAsync(db, partition, cancellationToken)) owned.Add(partition);
                asked = time.GetTimestamp();
            }

            var isFull = false;
            foreach (var partition in owned) isFull |= await TurnAsync(db, partition, cancellationToken);
            progress.Turned(reader);
            turned();
            // While little comes, what comes within the pause shares a transaction.
            var left = _pause - time.GetElapsedTime(began);
            if (!isFull && left > TimeSpan.Zero) await Task.Delay(left, time, cancellationToken);
        }
    }

    /// <summary>Moves one batch of a partition.</summary>
    /// <returns>Whether more is waiting.</returns>
    private async Task<bool> TurnAsync(RecordsDb db, int partition, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var read = await queue.ReadAsync(partition, options.Value.BatchBytes, cancellationToken);
        progress.Saw(partition, read.CountedBytes, read.Elements.Length == 0 ? null : HistoryElement.ReceivedMs(read.Elements[0].Span));
        if (read.Elements.Length == 0) return false;
        await writer.WriteAsync(db, partition, read.Elements, cancellationToken);
        metrics.Took(time.GetElapsedTime(began));
        if (!await queue.TrimAsync(partition, read, cancellationToken)) LogMoved(partition);
        return read.Elements.Length < read.Waiting;
    }
}
