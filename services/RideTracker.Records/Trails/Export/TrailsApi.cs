using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Records.Api;
using RideTracker.Records.Database;
using RideTracker.Records.Trips;

namespace RideTracker.Records.Trails.Export;

/// <summary><c>/v1/drivers/{id}/trail</c> and <c>/v1/trips/{id}/trail</c>: where a vehicle was, as GeoJSON, GPX or CSV, and what it comes to.</summary>
internal static class TrailsApi
{
    // A phone that was silent for longer may have been anywhere between.
    private static readonly TimeSpan Gap = TimeSpan.FromMinutes(2);

    public static void Map(RouteGroupBuilder group)
    {
        var trails = group.MapGroup("").WithTags("trails")
            .RequireAuthorization(policy => policy.RequireRole(Role.Service.ToWire(), Role.Dispatcher.ToWire(), Role.Driver.ToWire()));
        trails.MapGet("/drivers/{id}/trail", DriverAsync)
            .WithName("getDriverTrail").WithSummary("Where a driver was from one moment to another, by Accept as GeoJSON, GPX 1.1 or CSV; a driver's own token will do.")
            .Produces(200, contentType: TrailFormat.GeoJson, additionalContentTypes: [TrailFormat.Gpx, TrailFormat.Csv]).WithProblems(400, 403, 404, 406);
        trails.MapGet("/drivers/{id}/trail/summary", DriverSummaryAsync)
            .WithName("getDriverTrailSummary").WithSummary("Distance, duration, speeds and stops of a driver's trail, without its bad fixes.")
            .Produces<TrailSummary>().WithProblems(400, 403, 404);
        trails.MapGet("/trips/{id}/trail", TripAsync)
            .WithName("getTripTrail").WithSummary("Where a trip's driver was from its assignment to its end, by Accept as GeoJSON, GPX 1.1 or CSV.")
            .Produces(200, contentType: TrailFormat.GeoJson, additionalContentTypes: [TrailFormat.Gpx, TrailFormat.Csv]).WithProblems(400, 403, 404, 406);
        trails.MapGet("/trips/{id}/trail/summary", TripSummaryAsync)
            .WithName("getTripTrailSummary").WithSummary("Distance, duration, speeds and stops of a trip's trail, without its bad fixes.")
            .Produces<TrailSummary>().WithProblems(403, 404);
    }

    private static Task<IResult> DriverAsync(HttpContext context, string id, string? from, string? to, string? tolerance, TrailPages pages, IOptions<TrailOptions> options, TimeProvider time) =>
        Task.FromResult(OfDriver(context, id, from, to, tolerance, options.Value, time, out var driver, out var range) ?? Export(context, pages, new TrailTitle(driver, null), range));

    private static async Task<IResult> DriverSummaryAsync(
        HttpContext context, string id, string? from, string? to, TrailPages pages, IOptions<TrailOptions> options, TimeProvider time, CancellationToken cancellationToken) =>
        OfDriver(context, id, from, to, null, options.Value, time, out var driver, out var range) ?? await SummarizeAsync(pages, new TrailTitle(driver, null), range, cancellationToken);

    private static async Task<IResult> TripAsync(
        HttpContext context, string id, string? tolerance, TrailPages pages, IDbContextFactory<RecordsDb> databases, TimeProvider time, CancellationToken cancellationToken)
    {
        if (TrailRange.ReadTolerance(tolerance, out var meters) is { } wrong) return Problems.InvalidParameter.Result(wrong);
        return await OfTripAsync(context, id, databases, time, cancellationToken) is var (title, range)
            ? Export(context, pages, title, range with { ToleranceMeters = meters })
            : Problems.NotFound.Result("There is no such trip, or not for this token.");
    }

    private static async Task<IResult> TripSummaryAsync(
        HttpContext context, string id, TrailPages pages, IDbContextFactory<RecordsDb> databases, TimeProvider time, CancellationToken cancellationToken) =>
        await OfTripAsync(context, id, databases, time, cancellationToken) is var (title, range)
            ? await SummarizeAsync(pages, title, range, cancellationToken)
            : Problems.NotFound.Result("There is no such trip, or not for this token.");

    // What is wrong with the request, or null.
    private static IResult? OfDriver(HttpContext context, string id, string? from, string? to, string? tolerance, TrailOptions options, TimeProvider time, out string driver, out TrailRange range)
    {
        driver = id;
        range = default;
        if (!DriverId.TryParse(id, out _)) return Problems.NotFound.Result("id is no driver id.");
        var caller = context.GetCaller();
        if (caller.Role == Role.Driver && caller.Subject != id) return Problems.Forbidden.Result("A driver may read its own trail only.");
        return TrailRange.Read(from, to, tolerance, time.GetUtcNow(), TimeSpan.FromDays(options.MaxSpanDays), out range) is { } wrong ? Problems.InvalidParameter.Result(wrong) : null;
    }

    // A trip's fixes are its driver's, from when it became the driver's active trip to its end.
    private static async Task<(TrailTitle Title, TrailRange Range)?> OfTripAsync(HttpContext context, string id, IDbContextFactory<RecordsDb> databases, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!TripId.TryParse(id, out _)) return null;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var trip = await db.Set<TripRow>().AsNoTracking().Where(trip => trip.Id == id).Select(trip => new { trip.Driver, trip.ActiveAt, trip.EndedAt }).SingleOrDefaultAsync(cancellationToken);
        var caller = context.GetCaller();
        if (trip is null || (caller.Role == Role.Driver && caller.Subject != trip.Driver)) return null;
        var now = time.GetUtcNow();
        // Without a driver, or queued still: nothing yet.
        var from = trip.Driver is null ? now : trip.ActiveAt ?? now;
        return (new TrailTitle(trip.Driver ?? "", id), new TrailRange(from, trip.EndedAt ?? now, null));
    }

    private static IResult Export(HttpContext context, TrailPages pages, TrailTitle title, TrailRange range)
    {
        context.Response.Headers.Vary = "Accept, Authorization";
        return TrailFormat.Choose(context.Request) is { } format
            ? new TrailExport(pages, format, title, range)
            : Problems.NotAcceptable.Result($"Accept must allow one of {string.Join(", ", TrailFormat.All.Select(format => format.MediaType))}.");
    }

    private static async Task<IResult> SummarizeAsync(TrailPages pages, TrailTitle title, TrailRange range, CancellationToken cancellationToken)
    {
        var statistics = new TrailStatistics();
        await foreach (var page in pages.ReadAsync(title.Driver, range.From, range.To, cancellationToken))
            foreach (var fix in page) statistics.Take(fix, startsRun: false);
        statistics.End();
        return ApiAnswer.Of(statistics.Summary(title));
    }

    /// <summary>Streams a trail: each page goes out before the next one is read.</summary>
    private sealed class TrailExport(TrailPages pages, TrailFormat format, TrailTitle title, TrailRange range) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            var cancellationToken = httpContext.RequestAborted;
            await using var read = pages.ReadAsync(title.Driver, range.From, range.To, cancellationToken).GetAsyncEnumerator(cancellationToken);
            // Before anything is written: a database that is away is an answer of its own.
            var more = await read.MoveNextAsync();
            response.ContentType = format.ContentType;
            response.Headers.CacheControl = "private, no-cache";
            var writer = format.CreateWriter(response.BodyWriter, title);
            var sink = range.ToleranceMeters is { } tolerance ? new Simplifier(tolerance, writer) : writer;
            DateTimeOffset? before = null;
            for (; more; more = await read.MoveNextAsync())
            {
                foreach (var fix in read.Current)
                {
                    sink.Take(fix, before is not { } last || fix.FixTime - last > Gap);
                    before = fix.FixTime;
                }

                await response.BodyWriter.FlushAsync(cancellationToken);
            }

            sink.End();
            await response.BodyWriter.FlushAsync(cancellationToken);
        }
    }
}
