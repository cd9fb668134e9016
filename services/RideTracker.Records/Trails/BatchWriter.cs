using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Records.Database;

namespace RideTracker.Records.Trails;

/// <summary>Writes what was read from the queue, each fix once: in one transaction, or, where something in it fails, in ever smaller pieces until only the bad one is left.</summary>
internal sealed partial class BatchWriter(
    IFixStore store, IEnumerable<IFixesWritten> hooks, TrailMetrics metrics, IOptions<TrailOptions> options, TimeProvider time, ILogger<BatchWriter> log)
{
    private readonly IFixesWritten[] _hooks = [.. hooks];

    /// <summary>Writes all of it. What it throws is trouble that passes, or a bug: then nothing is lost, and the same is to be written again.</summary>
    public async Task WriteAsync(RecordsDb db, int partition, IReadOnlyList<ReadOnlyMemory<byte>> elements, CancellationToken cancellationToken)
    {
        var rows = new List<FixRow>();
        var dead = new List<DeadFix>();
        for (var i = 0; i < elements.Count; i++)
        {
            var element = elements[i];
            HistoryElement.Read(element.Span, i, rows, (place, driver, piece, error) => dead.Add(Dead("unreadable", partition, element, place, driver, piece.ToArray(), error)));
        }

        rows.Sort(FixRow.Compare);
        var fresh = LeaveOut(rows);
        await WriteAsync(db, fresh, row => new DeadRow(partition, elements[row.Element], row), dead, cancellationToken);
        if (dead.Count > 0) await PutAsideAsync(db, dead, cancellationToken);
    }

    // Second copies (the first one wins), and what would be deleted at once.
    private ReadOnlyMemory<FixRow> LeaveOut(List<FixRow> rows)
    {
        var oldest = (time.GetUtcNow() - TimeSpan.FromDays(options.Value.RetentionDays)).ToUnixTimeMilliseconds();
        var kept = new FixRow[rows.Count];
        int count = 0, duplicates = 0, expired = 0;
        foreach (var row in rows)
        {
            if (row.Fix.FixTimeMs < oldest) expired++;
            else if (count > 0 && kept[count - 1].IsSameFixAs(row)) duplicates++;
            else kept[count++] = row;
        }

        metrics.Written(0, duplicates);
        if (expired > 0) metrics.Expired(expired);
        return kept.AsMemory(0, count);
    }

    private async Task WriteAsync(RecordsDb db, ReadOnlyMemory<FixRow> rows, Func<FixRow, DeadRow> deadRow, List<DeadFix> dead, CancellationToken cancellationToken)
    {
        if (rows.IsEmpty) return;
        try
        {
            await WriteOnceAsync(db, rows, _hooks, cancellationToken);
            return;
        }
        catch (Exception failure) when (IsOfData(failure))
        {
            db.ChangeTracker.Clear();
            if (rows.Length == 1)
            {
                await WriteAloneAsync(db, rows, deadRow(rows.Span[0]), failure, dead, cancellationToken);
                return;
            }

            LogSplit(rows.Length, failure.Message);
        }

        metrics.Split();
        var half = rows.Length / 2;
        await WriteAsync(db, rows[..half], deadRow, dead, cancellationToken);
        await WriteAsync(db, rows[half..], deadRow, dead, cancellationToken);
    }

    // One row that failed: without the hooks that fail for it, or not at all.
    private async Task WriteAloneAsync(RecordsDb db, ReadOnlyMemory<FixRow> row, DeadRow deadRow, Exception first, List<DeadFix> dead, CancellationToken cancellationToken)
    {
        var hooks = _hooks;
        for (var failure = first; ;)
        {
            if (failure is not HookFailedException failed)
            {
                LogPutAside(failure, "refused");
                dead.Add(Dead("refused", deadRow, failure));
                return;
            }

            LogPutAside(failed.InnerException!, "hook");
            dead.Add(Dead("hook", deadRow, failed));
            hooks = [.. hooks.Where(hook => hook != failed.Hook)];
            try
            {
                await WriteOnceAsync(db, row, hooks, cancellationToken);
                return;
            }
            catch (Exception again) when (IsOfData(again))
            {
                db.ChangeTracker.Clear();
                failure = again;
            }
        }
    }

    private async Task WriteOnceAsync(RecordsDb db, ReadOnlyMemory<FixRow> rows, IFixesWritten[] hooks, CancellationToken cancellationToken)
    {
        var days = new HashSet<DateOnly>();
        foreach (ref readonly var row in rows.Span) days.Add(DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(row.Fix.FixTimeMs).UtcDateTime));
        await store.MakeRoomAsync(db, days, cancellationToken);
        var inserted = new List<WrittenFix>(rows.Length);
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            await store.InsertAsync(db, rows, inserted, cancellationToken);
            foreach (var hook in hooks) await TellAsync(db, hook, inserted, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        db.ChangeTracker.Clear();
        metrics.Written(inserted.Count, rows.Length - inserted.Count);
    }

    private static async ValueTask TellAsync(RecordsDb db, IFixesWritten hook, List<WrittenFix> inserted, CancellationToken cancellationToken)
    {
        if (inserted.Count == 0) return;
        try
        {
            await hook.OnWrittenAsync(db, inserted, cancellationToken);
        }
        catch (Exception failure) when (!DatabaseTrouble.Is(failure) && !cancellationToken.IsCancellationRequested && db.Database.GetDbConnection().State == System.Data.ConnectionState.Open)
        {
            throw new HookFailedException(hook, failure);
        }
    }

    private bool IsOfData(Exception failure) => failure is HookFailedException || store.IsOfData(failure);

    private async Task PutAsideAsync(RecordsDb db, List<DeadFix> dead, CancellationToken cancellationToken)
    {
        var added = 0;
        foreach (var letter in dead)
        {
            // The same element may be read again: its letters are there then.
            if (await db.Set<DeadFix>().AnyAsync(known => known.Element == letter.Element && known.Place == letter.Place && known.Kind == letter.Kind, cancellationToken)) continue;
            db.Add(letter);
            added++;
        }

        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
        metrics.Dead(added);
    }

    private DeadFix Dead(string kind, DeadRow row, Exception failure) => Dead(
        kind, row.Partition, row.Element, row.Row.Place, row.Row.Driver.Value, row.Row.ToPayload(),
        string.Create(CultureInfo.InvariantCulture, $"{failure.GetType().Name}: {failure.Message}"));

    private DeadFix Dead(string kind, int partition, ReadOnlyMemory<byte> element, int place, string? driver, byte[] payload, string error) => new()
    {
        Element = HistoryElement.Id(element.Span),
        Place = place,
        Kind = kind,
        Partition = partition,
        At = time.GetUtcNow(),
        Driver = driver,
        Payload = payload,
        Error = error.Length <= DeadFixTable.MaxError ? error : error[..DeadFixTable.MaxError],
    };

    private readonly record struct DeadRow(int Partition, ReadOnlyMemory<byte> Element, FixRow Row);

    private sealed class HookFailedException(IFixesWritten hook, Exception failure) : Exception($"{hook.GetType().Name} failed: {failure.Message}", failure)
    {
        public IFixesWritten Hook => hook;
    }
}
