using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Protocol.Hub;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.Delivery.Seen;
using RideTracker.Tracking.FanOut;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Delivery;

/// <summary><c>GET /v1/trips/{tripId}/live</c>: one trip, in whichever of the four strategies the client asks for.</summary>
public sealed class LiveTrip(TripFeeds feeds, HubReader reader, RiderStreams streams, DeliveryMetrics metrics, SeenLedger seen, IOptions<DeliveryOptions> options, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context, string tripId)
    {
        LiveAnswers.Begin(context);
        var strategy = Preconditions.StrategyOf(context);
        try
        {
            if (await AdmitAsync(context, tripId, strategy) is not { } admitted) return;
            switch (strategy)
            {
                case Strategy.Poll:
                    await PollAsync(context, admitted.Trip);
                    break;
                case Strategy.LongPoll:
                    await LongPollAsync(context, admitted.Trip, admitted.Caller);
                    break;
                default:
                    await StreamAsync(context, admitted.Trip, admitted.Caller, strategy);
                    break;
            }
        }
        catch (HubUnavailableException) when (!context.Response.HasStarted)
        {
            await LiveAnswers.HubAwayAsync(context, strategy, streams.RetryMs);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left.
            return;
        }
    }

    /// <summary><c>GET /v1/trips/{tripId}/route</c>: the planned way to the next stop, for whoever may see the trip.</summary>
    public async Task RouteAsync(HttpContext context, string tripId)
    {
        LiveAnswers.Begin(context);
        try
        {
            if (await AdmitAsync(context, tripId, Strategy.Poll) is not { } admitted) return;
            var json = await reader.ReadRouteAsync(admitted.Trip, context.RequestAborted);
            if (json is null || RouteProgress.Parse(json) is not { } route)
            {
                await Problems.NotFound.WriteAsync(context, "No route is known for this trip.");
                return;
            }

            var tag = FormattableString.Invariant($"r{route.Version}-{Cursor.TagOf(System.Text.Encoding.UTF8.GetString(json)):x8}");
            if (Preconditions.EntityTags(context.Request) is { } tags && tags.Any(known => known == tag || known == "*"))
            {
                LiveAnswers.NotModified(context, tag);
                return;
            }

            context.Response.Headers.ETag = $"\"{tag}\"";
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = json.Length;
            if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(json, context.RequestAborted);
        }
        catch (HubUnavailableException) when (!context.Response.HasStarted)
        {
            await LiveAnswers.HubAwayAsync(context, Strategy.Poll, streams.RetryMs);
        }
    }

    // Who may see the trip, and whether it goes on. Answers the request itself where not.
    private async Task<(TripId Trip, Caller Caller)?> AdmitAsync(HttpContext context, string tripId, Strategy strategy)
    {
        var known = TripId.TryParse(tripId, out var trip);
        if (!context.TryGetCaller(out var caller))
        {
            // A token that expired with its trip still learns that the trip is over.
            if (known && context.GetExpiredCaller() is { Trip: { } expired } && expired == trip
                && await reader.ReadTripAsync(trip, context.RequestAborted) is { Over: true } over)
            {
                await OverAsync(context, strategy, over.Status);
                return null;
            }

            await context.ChallengeAsync();
            return null;
        }

        if (caller.Role is Role.Driver || caller is { Role: Role.Rider, Trip: null })
        {
            await Problems.Forbidden.WriteAsync(context, caller.Role is Role.Driver
                ? "A driver's token does not open live views."
                : "This rider's token names no trip (claim trip).");
            return null;
        }

        // Whether another trip exists is nothing that a rider may learn.
        if (!known || (caller.Role is Role.Rider && caller.Trip != trip) || await reader.ReadTripAsync(trip, context.RequestAborted) is not { } head)
        {
            await Problems.NotFound.WriteAsync(context, "There is no such trip, or not for this token.");
            return null;
        }

        if (!head.Over) return (trip, caller);
        await OverAsync(context, strategy, head.Status);
        return null;
    }

    private static Task OverAsync(HttpContext context, Strategy strategy, TripStatus status)
    {
        // 204 is the one answer that keeps an EventSource from coming back.
        if (strategy == Strategy.Sse)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        return Problems.TripOver.WriteAsync(context, $"The trip is over: {status.ToWire()}.", tripStatus: status.ToWire());
    }

    private async Task PollAsync(HttpContext context, TripId trip)
    {
        var tags = Preconditions.EntityTags(context.Request);
        if (Preconditions.WaitSeconds(context.Request) is { } wait) LiveAnswers.PreferenceApplied(context, Math.Min(wait, options.Value.MaxWaitSeconds));
        var resume = Resume(tags);
        if (await feeds.ReadAsync(trip, resume, context.RequestAborted) is not { } reading)
        {
            await Problems.NotFound.WriteAsync(context, "There is no such trip, or not for this token.");
            return;
        }

        if (reading.Frame is not { } frame || tags?.Any(tag => tag == reading.Cursor || tag == "*") == true)
        {
            reading.Frame?.Release();
            metrics.Unchanged(Strategy.Poll);
            LiveAnswers.NotModified(context, reading.Frame is null ? resume.At.ToString()! : reading.Cursor);
            return;
        }

        metrics.Written(Strategy.Poll);
        await LiveAnswers.StateAsync(context, frame);
        frame.Release();
    }

    private async Task LongPollAsync(HttpContext context, TripId trip, Caller caller)
    {
        var wait = Math.Min(Preconditions.WaitSeconds(context.Request)!.Value, options.Value.MaxWaitSeconds);
        LiveAnswers.PreferenceApplied(context, wait);
        var tags = Preconditions.EntityTags(context.Request);
        var resume = Resume(tags);
        if (!resume.Given)
        {
            await PollAsync(context, trip);
            return;
        }

        if (streams.Open(context, Strategy.LongPoll, caller) is not { } stream)
        {
            await LiveAnswers.OverloadedAsync(context, Strategy.LongPoll, streams.RetryMs);
            return;
        }

        stream.DeadlineMs = streams.NowMs + wait * 1000L;
        streams.Schedule(stream);
        TripFeed? feed = null;
        try
        {
            StateFrame? first;
            // `*` names whatever state there is now.
            var any = tags!.Contains("*");
            if (any) resume = ResumePoint.None;
            (feed, first) = await AttachAsync(trip, stream.Mailbox, resume, context.RequestAborted);
            if (feed is null)
            {
                await Problems.NotFound.WriteAsync(context, "There is no such trip, or not for this token.");
                return;
            }

            if (any)
            {
                first?.Release();
                first = null;
            }

            await using var aborted = context.RequestAborted.UnsafeRegister(static state => ((Mailbox)state!).Close(Goodbye.Disconnected), stream.Mailbox);
            while (first is null)
            {
                var mail = await stream.Mailbox.TakeAsync();
                first = mail.Frame;
                if (first is not null || mail.Goodbye is not { } goodbye) continue;
                if (goodbye.Kind != GoodbyeKind.Silent)
                {
                    await LiveAnswers.InterruptedAsync(context, goodbye, resume.At?.ToString() ?? feed.PresentCursor);
                    return;
                }

                metrics.Unchanged(Strategy.LongPoll);
                if (!context.RequestAborted.IsCancellationRequested) LiveAnswers.NotModified(context, resume.At?.ToString() ?? feed.PresentCursor);
                return;
            }

            // For this client, not for all: with the path since its cursor.
            if (feed.Present(resume) is { } own)
            {
                first.Release();
                first = own;
            }

            metrics.Written(Strategy.LongPoll);
            await LiveAnswers.StateAsync(context, first);
            first.Release();
        }
        finally
        {
            feed?.Detach(stream.Mailbox);
            streams.Close(stream);
        }
    }

    private async Task StreamAsync(HttpContext context, TripId trip, Caller caller, Strategy strategy)
    {
        if (streams.Open(context, strategy, caller) is not { } stream)
        {
            await LiveAnswers.OverloadedAsync(context, strategy, streams.RetryMs);
            return;
        }

        var resume = StreamResume(context, strategy);
        TripFeed? feed = null;
        StateFrame? first = null;
        try
        {
            (feed, first) = await AttachAsync(trip, stream.Mailbox, resume, context.RequestAborted);
        }
        finally
        {
            if (feed is null) streams.Close(stream);
        }

        if (feed is null)
        {
            await Problems.NotFound.WriteAsync(context, "There is no such trip, or not for this token.");
            return;
        }

        var view = new TripView(feed, stream.Mailbox, Math.Max(resume.At?.FixTimeMs ?? 0, first?.FixTimeMs ?? 0));
        await new RiderSession(stream, view, streams, metrics, seen).RunAsync(context, first, time);
    }

    private async ValueTask<(TripFeed? Feed, StateFrame? First)> AttachAsync(TripId trip, Mailbox mailbox, ResumePoint resume, CancellationToken cancellationToken)
    {
        while (await feeds.FindAsync(trip, cancellationToken) is { } feed)
        {
            var (attached, first) = await feed.AttachAsync(mailbox, resume, cancellationToken);
            if (attached) return (feed, first);
            // The sweep has closed it and is about to take it out.
            await Task.Yield();
        }

        return (null, null);
    }

    private static ResumePoint Resume(IReadOnlyList<string>? tags)
    {
        if (tags is not { Count: > 0 }) return ResumePoint.None;
        foreach (var tag in tags)
            if (ResumePoint.From(tag) is { At: not null } resume) return resume;
        return new ResumePoint(true, null);
    }

    private static ResumePoint StreamResume(HttpContext context, Strategy strategy)
    {
        var request = context.Request;
        var last = strategy == Strategy.Sse ? request.Headers["Last-Event-ID"].ToString() : "";
        return ResumePoint.From(last.Length > 0 ? last : request.Query["cursor"].ToString());
    }
}
