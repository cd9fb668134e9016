using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Records.Database;
using RideTracker.Records.Events;

namespace RideTracker.Records.Webhooks;

/// <summary>Makes deliveries of new events and sends those that are due, each webhook at its own pace.</summary>
internal sealed partial class WebhookWorker(
    IDbContextFactory<RecordsDb> databases, EventTail tail, DeliveryQueue queue, WebhookSender sender, WebhooksMetrics metrics, IOptions<WebhooksOptions> options, TimeProvider time,
    ILogger<WebhookWorker> log) : BackgroundService
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _underWay = new(StringComparer.Ordinal);
    private TaskCompletionSource _ended = NewSignal();
    private bool _outage;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            TaskCompletionSource ended;
            lock (_gate) ended = _ended = _ended.Task.IsCompleted ? NewSignal() : _ended;
            var seen = tail.Newest;
            try
            {
                await LookAsync(stoppingToken);
                if (_outage) LogBack();
                _outage = false;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                if (!_outage) LogOutage(failure.Message);
                _outage = true;
            }

            using var wake = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAny(tail.WaitAsync(seen, wake.Token), ended.Task, Task.Delay(TimeSpan.FromMilliseconds(options.Value.LookEveryMs), time, wake.Token));
            await wake.CancelAsync();
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var hooks = await db.Set<WebhookRow>().AsNoTracking().Where(row => row.Active).ToListAsync(cancellationToken);
        var newest = tail.Newest;
        foreach (var hook in hooks)
        {
            if (hook.Cursor < newest)
            {
                while (await queue.FillAsync(hook.Id, cancellationToken)) cancellationToken.ThrowIfCancellationRequested();
            }

            int room;
            lock (_gate) room = options.Value.AtOnce - _underWay.GetValueOrDefault(hook.Id);
            if (room <= 0) continue;
            foreach (var delivery in await queue.ClaimAsync(hook.Id, room, cancellationToken))
            {
                lock (_gate) _underWay[hook.Id] = _underWay.GetValueOrDefault(hook.Id) + 1;
                // Not waited for: no webhook holds up another. How many there can be is bounded by AtOnce.
                _ = SendAsync(hook, delivery, cancellationToken);
            }
        }
    }

    private async Task SendAsync(WebhookRow hook, DeliveryRow delivery, CancellationToken cancellationToken)
    {
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            if (await db.Set<EventRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Number == delivery.Number, cancellationToken) is not { } e)
            {
                await queue.DropAsync(delivery, cancellationToken);
                return;
            }

            var (status, error) = await sender.SendAsync(hook, delivery, e, cancellationToken);
            var state = await queue.EndAsync(delivery, status, error, cancellationToken);
            metrics.Tried(state);
            if (state == DeliveryRow.Dead) LogDead(hook.Id, delivery.Number, delivery.Tries, error!);
        }
        catch (Exception failure)
        {
            // The lease ends by itself and it is tried again, here or elsewhere.
            if (!cancellationToken.IsCancellationRequested) LogFailed(hook.Id, failure.Message);
        }
        finally
        {
            lock (_gate)
            {
                if (--_underWay[hook.Id] == 0) _underWay.Remove(hook.Id);
                _ended.TrySetResult();
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
