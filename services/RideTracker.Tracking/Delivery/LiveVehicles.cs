using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Delivery.Seen;
using RideTracker.Tracking.FanOut;
using RideTracker.Tracking.Hub;
using RideTracker.Tracking.Presence;

namespace RideTracker.Tracking.Delivery;

/// <summary><c>GET /v1/vehicles/live</c>: a viewport or the nearest vehicles, in whichever of the four strategies the client asks for.</summary>
public sealed class LiveVehicles(Viewports viewports, HubReader reader, RiderStreams streams, DeliveryMetrics metrics, SeenLedger seen, IOptions<DeliveryOptions> options, IOptions<PresenceOptions> presence, TimeProvider time)
{
    // protocol.md section 3: `?interval=ms`, 250 at least.
    private const int LeastTickMs = 250;

    public async Task HandleAsync(HttpContext context)
    {
        LiveAnswers.Begin(context);
        var strategy = Preconditions.StrategyOf(context);
        var caller = context.GetCaller();
        if (caller.Role is Role.Driver)
        {
            await Problems.Forbidden.WriteAsync(context, "A driver's token does not open live views.");
            return;
        }

        if (!ViewportQuery.TryRead(context.Request.Query, options.Value, out var query, out var wrong))
        {
            await Problems.InvalidParameter.WriteAsync(context, wrong);
            return;
        }

        var anonymous = caller.Role is Role.Rider;
        if (anonymous && query.Box is { } box && viewports.IsWide(box))
        {
            await Problems.ViewportTooLarge.WriteAsync(context, FormattableString.Invariant($"bbox spans {box.Width:0.###} x {box.Height:0.###} degrees; at most {options.Value.MaxViewport} are served to riders."));
            return;
        }

        try
        {
            if (caller is { Role: Role.Rider, Trip: { } trip } && await reader.ReadTripAsync(trip, context.RequestAborted) is { Over: true })
            {
                // A rider's token ends with its trip. That of its own trip is told so in words (LiveTrip); here it is a token that ended.
                context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
                await Problems.Unauthorized.WriteAsync(context, "The token ended with its trip.");
                return;
            }

            var look = new Look(query, viewports.AudienceOf(anonymous), query.Tag(anonymous));
            switch (strategy)
            {
                case Strategy.Poll:
                    await PollAsync(context, look);
                    break;
                case Strategy.LongPoll:
                    await LongPollAsync(context, look, caller);
                    break;
                default:
                    await StreamAsync(context, look, caller, strategy);
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

    private async Task PollAsync(HttpContext context, Look look)
    {
        if (Preconditions.WaitSeconds(context.Request) is { } wait) LiveAnswers.PreferenceApplied(context, Math.Min(wait, options.Value.MaxWaitSeconds));
        var vehicles = await viewports.ReadAsync(look.Query, look.Audience, context.RequestAborted);
        await AnswerAsync(context, Strategy.Poll, look, Preconditions.EntityTags(context.Request), vehicles);
    }

    private async Task LongPollAsync(HttpContext context, Look look, Caller caller)
    {
        var tags = Preconditions.EntityTags(context.Request);
        if (tags is not { Count: > 0 } || (!tags.Any(look.Owns) && !tags.Contains("*")))
        {
            await PollAsync(context, look);
            return;
        }

        var wait = Math.Min(Preconditions.WaitSeconds(context.Request)!.Value, options.Value.MaxWaitSeconds);
        LiveAnswers.PreferenceApplied(context, wait);
        if (streams.Open(context, Strategy.LongPoll, caller) is not { } stream)
        {
            await LiveAnswers.OverloadedAsync(context, Strategy.LongPoll, streams.RetryMs);
            return;
        }

        stream.EndsWith = caller.Role is Role.Rider ? caller.Trip : null;
        stream.DeadlineMs = streams.NowMs + wait * 1000L;
        streams.Schedule(stream);
        var mailbox = stream.Mailbox;
        try
        {
            await using var viewport = await viewports.OpenAsync(look.Query, look.Audience, mailbox, context.RequestAborted);
            await using var aborted = context.RequestAborted.UnsafeRegister(static state => ((Mailbox)state!).Close(Goodbye.Disconnected), mailbox);
            // What is hidden shows up by time alone, and the asked hub says nothing by itself: look again at each tick too.
            await using var tick = time.CreateTimer(static state => ((Mailbox)state!).Signal(), mailbox, Tick(look, viewport), Tick(look, viewport));
            if (tags.Contains("*")) tags = [ViewportCursor.Of(look.Tag, await viewport.CollectAsync(context.RequestAborted)).ToString()];
            var present = "";
            var lookedMs = 0L;
            while (true)
            {
                // Cars that this client may not see wake it as well: however many there are, it looks no more often than a stream may ask for.
                if (streams.NowMs - lookedMs >= LeastTickMs)
                {
                    lookedMs = streams.NowMs;
                    var vehicles = await viewport.CollectAsync(context.RequestAborted);
                    present = ViewportCursor.Of(look.Tag, vehicles).ToString();
                    if (!tags.Contains(present))
                    {
                        await AnswerAsync(context, Strategy.LongPoll, look, tags, vehicles);
                        return;
                    }
                }

                var mail = await mailbox.TakeAsync();
                if (mail.Goodbye is not { } goodbye) continue;
                if (goodbye.Kind != GoodbyeKind.Silent) await LiveAnswers.InterruptedAsync(context, goodbye, present);
                else if (!context.RequestAborted.IsCancellationRequested)
                {
                    metrics.Unchanged(Strategy.LongPoll);
                    LiveAnswers.NotModified(context, present);
                }

                return;
            }
        }
        finally
        {
            streams.Close(stream);
        }
    }

    private async Task StreamAsync(HttpContext context, Look look, Caller caller, Strategy strategy)
    {
        if (streams.Open(context, strategy, caller) is not { } stream)
        {
            await LiveAnswers.OverloadedAsync(context, strategy, streams.RetryMs);
            return;
        }

        stream.EndsWith = caller.Role is Role.Rider ? caller.Trip : null;
        IViewport? viewport = null;
        RiderView? view = null;
        StateFrame? first;
        try
        {
            viewport = await viewports.OpenAsync(look.Query, look.Audience, stream.Mailbox, context.RequestAborted);
            var last = strategy == Strategy.Sse ? context.Request.Headers["Last-Event-ID"].ToString() : "";
            var resume = last.Length > 0 ? last : context.Request.Query["cursor"].ToString();
            var picture = new ViewportPicture(look, viewport, Tick(look, viewport), TimeSpan.FromMilliseconds(presence.Value.MinSilenceMs), time);
            first = await picture.FirstAsync(resume, context.RequestAborted);
            var tick = time.CreateTimer(static state => ((Mailbox)state!).Signal(), stream.Mailbox, Tick(look, viewport), Tick(look, viewport));
            view = new ViewportView(viewport, picture, tick);
        }
        finally
        {
            if (view is null)
            {
                if (viewport is not null) await viewport.DisposeAsync();
                streams.Close(stream);
            }
        }

        await new RiderSession(stream, view, streams, metrics, seen).RunAsync(context, first, time);
    }

    private TimeSpan Tick(Look look, IViewport viewport)
    {
        var least = viewport.Pushed ? LeastTickMs : options.Value.WideTickMs;
        var usual = viewport.Pushed ? options.Value.ViewportTickMs : options.Value.WideTickMs;
        return TimeSpan.FromMilliseconds(Math.Max(least, look.Query.IntervalMs ?? usual));
    }

    private async Task AnswerAsync(HttpContext context, Strategy strategy, Look look, IReadOnlyList<string>? tags, IReadOnlyList<SeenVehicle> vehicles)
    {
        var cursor = ViewportCursor.Of(look.Tag, vehicles);
        var name = cursor.ToString();
        if (tags is not null && tags.Any(tag => tag == name || tag == "*"))
        {
            metrics.Unchanged(strategy);
            LiveAnswers.NotModified(context, name);
            return;
        }

        metrics.Written(strategy);
        await LiveAnswers.StateAsync(context, ViewportFrames.Whole(cursor, vehicles, reset: tags is { Count: > 0 } && !tags.Any(look.Owns)));
    }
}

/// <summary>A query, who looks, and the tag of its cursors.</summary>
public sealed record Look(ViewportQuery Query, Audience Audience, uint Tag)
{
    /// <summary>Whether a cursor is one of this resource's.</summary>
    public bool Owns(string cursor) => ViewportCursor.TryParse(cursor, out var parsed) && parsed.Tag == Tag;
}
