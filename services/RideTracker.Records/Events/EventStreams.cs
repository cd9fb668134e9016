using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Hosting.Access;
using RideTracker.Records.Database;

namespace RideTracker.Records.Events;

/// <summary>Serves the log as server-sent events (WHATWG HTML 9.2). A stream holds its number and nothing else: a slow client reads older events, not a longer queue.</summary>
internal sealed class EventStreams(
    EventTail tail, IDbContextFactory<RecordsDb> databases, Revocations revocations, IOptions<EventsOptions> options, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private const int WriteAtOnce = 100;
    private const int RetryMs = 1_000;
    private const int AwayRetryMs = 2_000;

    // CancellationTokenSource's timer ends at 49 days.
    private static readonly TimeSpan LongestStream = TimeSpan.FromDays(20);

    private int _open;

    /// <summary>Streams that are open now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Answers a request with the stream, until one of the two ends it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="filter">Which events.</param>
    /// <param name="after">The number from the address; <c>Last-Event-ID</c> beats it. Null: from now on.</param>
    public async Task ServeAsync(HttpContext context, EventFilter filter, long? after)
    {
        var caller = context.GetCaller();
        Begin(context);
        try
        {
            if (Interlocked.Increment(ref _open) > options.Value.MaxStreams)
            {
                // Any other status would stop a browser's EventSource for good.
                await WriteAsync(context, $"retry: {Spread(10_000)}\n\n", context.RequestAborted);
                return;
            }

            using var ended = new CancellationTokenSource(Clamp(caller.ExpiresAt - time.GetUtcNow()), time);
            void OnRevoked(string jti)
            {
                // The list's reader must not wait for what ends here.
                if (jti == caller.Jti) _ = ended.CancelAsync();
            }

            revocations.Revoked += OnRevoked;
            try
            {
                if (revocations.IsRevoked(caller.Jti)) await ended.CancelAsync();
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, ended.Token);
                await RunAsync(context, filter, after, caller, stop.Token);
            }
            finally
            {
                revocations.Revoked -= OnRevoked;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task RunAsync(HttpContext context, EventFilter filter, long? after, Caller caller, CancellationToken cancellationToken)
    {
        try
        {
            var (number, head) = await PlaceAsync(context, after, cancellationToken);
            await WriteAsync(context, string.Create(CultureInfo.InvariantCulture, $"retry: {Spread(RetryMs)}\n{head}"), cancellationToken);
            await FollowAsync(context, filter, number, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            var reason = revocations.IsRevoked(caller.Jti) ? "token-revoked" : time.GetUtcNow() >= caller.ExpiresAt ? "token-expired" : null;
            await WriteAsync(context, reason is null ? string.Create(CultureInfo.InvariantCulture, $"retry: {Spread(RetryMs)}\n\n") : $"event: end\ndata: {{\"reason\":\"{reason}\"}}\n\n", context.RequestAborted);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or SlowClientException)
        {
            context.Abort();
        }
        catch (Exception failure) when (DatabaseTrouble.Is(failure))
        {
            // It passes: the client comes again with its number. Any other status than 200 would stop a browser's EventSource for good.
            await WriteAsync(context, string.Create(CultureInfo.InvariantCulture, $"retry: {Spread(AwayRetryMs)}\n\n"), context.RequestAborted);
        }
    }

    private async Task FollowAsync(HttpContext context, EventFilter filter, long number, CancellationToken cancellationToken)
    {
        var alive = TimeSpan.FromSeconds(options.Value.AliveSeconds);
        var written = time.GetTimestamp();
        var text = new StringBuilder();
        while (true)
        {
            var silence = alive - time.GetElapsedTime(written);
            if (silence <= TimeSpan.Zero)
            {
                text.Append("event: alive\ndata: {}\n\n");
            }
            else
            {
                try
                {
                    await tail.WaitAsync(number, cancellationToken).WaitAsync(silence, time, cancellationToken);
                }
                catch (TimeoutException)
                {
                    continue;
                }

                number = await ReadAsync(filter, number, text, cancellationToken);
            }

            if (text.Length == 0) continue;
            await WriteAsync(context, text.ToString(), cancellationToken);
            text.Clear();
            written = time.GetTimestamp();
        }
    }

    private async Task<long> ReadAsync(EventFilter filter, long after, StringBuilder text, CancellationToken cancellationToken)
    {
        if (tail.Read(after, WriteAtOnce) is not { } rows)
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            var through = tail.Newest;
            var older = await EventReader.ReadAsync(db, filter, after, through, WriteAtOnce, cancellationToken);
            foreach (var row in older) Append(text, row);
            return older.Count == WriteAtOnce ? older[^1].Number!.Value : through;
        }

        foreach (var row in rows)
        {
            if (filter.Takes(row)) Append(text, row);
        }

        return rows.Count == 0 ? after : rows[^1].Number!.Value;
    }

    private async Task<(long Number, string Head)> PlaceAsync(HttpContext context, long? after, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var last = context.Request.Headers["Last-Event-ID"];
        if (last.Count > 0)
        {
            if (!long.TryParse(last[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return Reset(await EventReader.NewestAsync(db, cancellationToken));
            after = number;
        }

        if (after is not { } from)
        {
            var now = await EventReader.NewestAsync(db, cancellationToken);
            // The client has a number from the first moment on: what happens while it is away is not lost.
            return (now, string.Create(CultureInfo.InvariantCulture, $"id: {now}\nevent: alive\ndata: {{}}\n\n"));
        }

        var (place, reset) = await EventReader.PlaceAsync(db, from, cancellationToken);
        return reset ? Reset(place) : (place, "event: alive\ndata: {}\n\n");
    }

    private static (long Number, string Head) Reset(long number) =>
        (number, string.Create(CultureInfo.InvariantCulture, $"id: {number}\nevent: reset\ndata: {{\"after\":{number}}}\n\n"));

    private static void Append(StringBuilder text, EventRow row) =>
        text.Append(CultureInfo.InvariantCulture, $"id: {row.Number}\ndata: ").Append(EventView.Json(row)).Append("\n\n");

    private async Task WriteAsync(HttpContext context, string text, CancellationToken cancellationToken)
    {
        var writing = context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken).AsTask();
        try
        {
            await writing.WaitAsync(TimeSpan.FromSeconds(options.Value.SlowSeconds), time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new SlowClientException();
        }
    }

    private static void Begin(HttpContext context)
    {
        var headers = context.Response.Headers;
        context.Response.ContentType = "text/event-stream";
        headers.CacheControl = "no-cache";
        // For nginx and those who follow it: pass each event on at once.
        headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    private static TimeSpan Clamp(TimeSpan left) => left < TimeSpan.Zero ? TimeSpan.Zero : left > LongestStream ? LongestStream : left;

    // Not all at once after a restart.
    private static int Spread(int ms) => ms + Random.Shared.Next(ms);

    private sealed class SlowClientException : Exception;
}
