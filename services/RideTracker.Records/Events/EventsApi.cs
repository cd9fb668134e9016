using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using RideTracker.Hosting.Access;
using RideTracker.Records.Api;
using RideTracker.Records.Database;

namespace RideTracker.Records.Events;

/// <summary><c>/v1/events</c>: the log, by pages or as a stream.</summary>
internal static class EventsApi
{
    public static void Map(RouteGroupBuilder group) =>
        group.MapGet("/events", GetAsync).RequireAuthorization(AccessPolicies.Staff).WithTags("events")
            .WithName("listEvents").WithSummary("Events in their order, oldest first; with Accept: text/event-stream as a stream that goes on.")
            .Produces<EventPage>().Produces(StatusCodes.Status200OK, null, "text/event-stream").WithProblems(400, 401, 403);

    private static async Task<IResult> GetAsync(
        HttpContext context, [FromQuery] string? after, [FromQuery] string[]? kind, [FromQuery] string? trip, [FromQuery] string? driver, [FromQuery] string? limit,
        IDbContextFactory<RecordsDb> databases, EventStreams streams, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var filter = EventFilter.Read(kind, trip, driver, errors);
        var most = PageQuery.ReadLimit(limit, errors);
        long? from = null;
        if (after is not null)
        {
            if (long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) from = number;
            else errors.Add("after", "must be an event's number, 0 or more");
        }

        if (errors.Parameters() is { } wrong) return wrong;
        context.Response.Headers.Vary = "Accept, Authorization";
        return context.Request.GetTypedHeaders().Accept.Any(type => type.MediaType == "text/event-stream")
            ? new StreamResult(streams, filter, from)
            : TypedResults.Ok(await ReadAsync(databases, filter, from ?? 0, most, cancellationToken));
    }

    private static async Task<EventPage> ReadAsync(IDbContextFactory<RecordsDb> databases, EventFilter filter, long from, int most, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var (after, reset) = await EventReader.PlaceAsync(db, from, cancellationToken);
        // What is numbered later than this is of the next page, so that `next` leaves nothing out, also where the filter takes little.
        var newest = await EventReader.NewestAsync(db, cancellationToken);
        var rows = await EventReader.ReadAsync(db, filter, after, newest, most + 1, cancellationToken);
        var more = rows.Count > most;
        if (more) rows.RemoveAt(most);
        return new EventPage([.. rows.Select(EventView.Of)], more ? rows[^1].Number!.Value : Math.Max(after, newest), more, reset);
    }

    private sealed class StreamResult(EventStreams streams, EventFilter filter, long? after) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => streams.ServeAsync(httpContext, filter, after);
    }
}
