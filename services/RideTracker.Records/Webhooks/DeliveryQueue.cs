using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Records.Database;
using RideTracker.Records.Events;

namespace RideTracker.Records.Webhooks;

/// <summary>The table of deliveries: made of events, claimed by one host at a time, ended or put off.</summary>
internal sealed class DeliveryQueue(IDbContextFactory<RecordsDb> databases, IOptions<WebhooksOptions> options, TimeProvider time) : IExpires
{
    private const int EventsAtOnce = 500;
    private static readonly TimeSpan LeaseBeyondTimeout = TimeSpan.FromSeconds(30);

    public string What => "deliveries to webhooks";

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Makes deliveries of the events that a webhook has not had yet. Two hosts at once: one finds the webhook's row taken and leaves it.</summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> FillAsync(string webhook, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var hook = db.IsPostgres
            ? (await db.Set<WebhookRow>().FromSql($"SELECT * FROM webhooks WHERE id = {webhook} FOR UPDATE SKIP LOCKED").AsNoTracking().ToListAsync(cancellationToken)).SingleOrDefault()
            : await db.Set<WebhookRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == webhook, cancellationToken);
        if (hook is not { Active: true }) return false;
        if (await db.Set<DeliveryRow>().CountAsync(row => row.Webhook == webhook && row.State == DeliveryRow.Pending, cancellationToken) >= options.Value.MaxPending) return false;
        var kinds = hook.KindList();
        var rows = await db.Set<EventRow>().Where(row => row.Number > hook.Cursor).OrderBy(row => row.Number).Take(EventsAtOnce).Select(row => new { row.Number, row.Kind }).ToListAsync(cancellationToken);
        if (rows.Count == 0) return false;
        var now = NowMs;
        foreach (var row in rows.Where(row => kinds.Count == 0 || kinds.Contains(row.Kind)))
        {
            await db.Database.ExecuteSqlAsync(
                $"INSERT INTO webhook_deliveries (webhook, number, state, tries, since_ms, next_ms, leased_until_ms) VALUES ({webhook}, {row.Number!.Value}, {DeliveryRow.Pending}, 0, {now}, {now}, 0) ON CONFLICT DO NOTHING",
                cancellationToken);
        }

        var newest = rows[^1].Number!.Value;
        await db.Set<WebhookRow>().Where(row => row.Id == webhook).ExecuteUpdateAsync(set => set.SetProperty(row => row.Cursor, newest), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return rows.Count == EventsAtOnce;
    }

    /// <summary>Takes deliveries of a webhook that are due, lowest number first, for this host alone until the lease ends.</summary>
    public async Task<IReadOnlyList<DeliveryRow>> ClaimAsync(string webhook, int most, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var now = NowMs;
        var until = now + (long)(TimeSpan.FromSeconds(options.Value.TimeoutSeconds) + LeaseBeyondTimeout).TotalMilliseconds;
        // SQLite has one writer at a time, and no words for it.
        return db.IsPostgres
            ? await db.Set<DeliveryRow>().FromSql($"""
                UPDATE webhook_deliveries SET leased_until_ms = {until}, tries = tries + 1 WHERE id IN (
                    SELECT id FROM webhook_deliveries WHERE webhook = {webhook} AND state = 'pending' AND next_ms <= {now} AND leased_until_ms <= {now}
                    ORDER BY number LIMIT {most} FOR UPDATE SKIP LOCKED) RETURNING *
                """).AsNoTracking().ToListAsync(cancellationToken)
            : await db.Set<DeliveryRow>().FromSql($"""
                UPDATE webhook_deliveries SET leased_until_ms = {until}, tries = tries + 1 WHERE id IN (
                    SELECT id FROM webhook_deliveries WHERE webhook = {webhook} AND state = 'pending' AND next_ms <= {now} AND leased_until_ms <= {now}
                    ORDER BY number LIMIT {most}) RETURNING *
                """).AsNoTracking().ToListAsync(cancellationToken);
    }

    /// <summary>Writes down how a try ended. What another host has claimed since is left to it.</summary>
    /// <returns>The delivery's state now.</returns>
    public async Task<string> EndAsync(DeliveryRow delivery, int? status, string? error, CancellationToken cancellationToken)
    {
        var now = NowMs;
        var giveUp = delivery.SinceMs + options.Value.GiveUpHours * 3_600_000L;
        var state = error is null ? DeliveryRow.Delivered : now >= giveUp ? DeliveryRow.Dead : DeliveryRow.Pending;
        // The last try is at the end of the time, not one pause before it.
        var next = Math.Min(now + Pause(delivery.Tries), Math.Max(giveUp, now + 1_000));
        long? ended = state == DeliveryRow.Pending ? null : now;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await db.Set<DeliveryRow>().Where(row => row.Id == delivery.Id && row.LeasedUntilMs == delivery.LeasedUntilMs).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.State, state).SetProperty(row => row.NextMs, next).SetProperty(row => row.LeasedUntilMs, 0)
                .SetProperty(row => row.LastStatus, status).SetProperty(row => row.LastError, error).SetProperty(row => row.EndedMs, ended),
            cancellationToken);
        return state;
    }

    /// <summary>Drops a delivery whose event is no longer in the log.</summary>
    public async Task DropAsync(DeliveryRow delivery, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await db.Set<DeliveryRow>().Where(row => row.Id == delivery.Id).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Makes dead deliveries pending again; the time until they are given up begins anew.</summary>
    public async Task<int> ReviveAsync(RecordsDb db, string webhook, CancellationToken cancellationToken)
    {
        var now = NowMs;
        return await db.Set<DeliveryRow>().Where(row => row.Webhook == webhook && row.State == DeliveryRow.Dead).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.State, DeliveryRow.Pending).SetProperty(row => row.Tries, 0).SetProperty(row => row.SinceMs, now)
                .SetProperty(row => row.NextMs, now).SetProperty(row => row.EndedMs, (long?)null),
            cancellationToken);
    }

    /// <summary>Queues events by their numbers again, whether they were delivered or not; those under way are left.</summary>
    public async Task<int> ReplayAsync(RecordsDb db, WebhookRow hook, long from, long to, CancellationToken cancellationToken)
    {
        var now = NowMs;
        var numbers = await new EventFilter(hook.KindList(), null, null).Apply(db.Set<EventRow>())
            .Where(row => row.Number >= from && row.Number <= to).OrderBy(row => row.Number).Select(row => row.Number!.Value).ToListAsync(cancellationToken);
        foreach (var number in numbers)
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO webhook_deliveries (webhook, number, state, tries, since_ms, next_ms, leased_until_ms) VALUES ({hook.Id}, {number}, {DeliveryRow.Pending}, 0, {now}, {now}, 0)
                ON CONFLICT (webhook, number) DO UPDATE SET state = 'pending', tries = 0, since_ms = {now}, next_ms = {now}, ended_ms = NULL
                """,
                cancellationToken);
        }

        return numbers.Count;
    }

    /// <summary>Forgets what was delivered long ago, and what is dead and no longer in the log.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var delivered = NowMs - options.Value.KeepDeliveredDays * 86_400_000L;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var floor = await EventReader.FloorAsync(db, cancellationToken);
        await db.Set<DeliveryRow>().Where(row => (row.State == DeliveryRow.Delivered && row.EndedMs < delivered) || row.Number <= floor).ExecuteDeleteAsync(cancellationToken);
    }

    // Exponential with full jitter: receivers that come back are not all asked in the same moment.
    private long Pause(int tries)
    {
        var seconds = Math.Min(options.Value.RetryMaxSeconds, options.Value.RetryBaseSeconds * Math.Pow(2, Math.Min(tries - 1, 30)));
        return (long)(Random.Shared.NextDouble() * seconds * 1_000);
    }
}
