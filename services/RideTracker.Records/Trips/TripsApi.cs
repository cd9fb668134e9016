using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;
using RideTracker.Records.Api;
using RideTracker.Records.Database;

namespace RideTracker.Records.Trips;

/// <summary><c>/v1/trips</c>: makes, moves and lists trips.</summary>
public static class TripsApi
{
    private const string KeyText = "The same key again, with the same body, is answered as before and does nothing. Kept 24 h.";
    private const string VersionText = "`\"<version>\"`: only if the trip still has it, else 409.";

    public static RouteGroupBuilder MapTripsApi(this RouteGroupBuilder group)
    {
        var trips = group.MapGroup("/trips").RequireAuthorization(AccessPolicies.Staff).WithTags("trips");
        trips.MapPost("", CreateAsync).WithName("createTrip").WithSummary("Takes down a new trip.")
            .Produces<TripView>(StatusCodes.Status201Created).WithProblems(401, 403, 413, 415, 422)
            .WithRequestHeader(IdempotencyRequest.Header, KeyText)
            .WithExample("""{"rider":"r_17","pickup":{"lat":37.7749,"lng":-122.4194,"label":"City Hall"},"dropoff":{"lat":37.7955,"lng":-122.3937,"label":"Ferry Building"}}""");
        trips.MapGet("", ListAsync).WithName("listTrips").WithSummary("Lists trips, newest first.")
            .Produces<Page<TripView>>().WithProblems(400, 401, 403);
        trips.MapGet("/{id}", GetAsync).WithName("getTrip").WithSummary("A trip.")
            .Produces<TripView>().WithProblems(401, 403, 404);
        Command(trips.MapPost("/{id}/assign", AssignAsync), "assignTrip", "Gives the trip to a driver, or to another one; queued where the driver has an active trip.")
            .WithProblems(413, 415).WithExample("""{"driver":"d_7"}""");
        foreach (var (command, summary) in new[]
        {
            (TripCommand.Arrive, "The car is at the pickup, where its phone's fixes don't show it."),
            (TripCommand.Start, "The rider is in the car."),
            (TripCommand.Complete, "The rider is at the drop-off: the trip ends, and one that is queued behind it begins."),
            (TripCommand.Cancel, "The trip does not take place, or no further."),
        })
        {
            Command(
                trips.MapPost($"/{{id}}/{command.ToWire()}", (string id, HttpContext context, TripDesk desk, CancellationToken cancellationToken) => MoveAsync(command, id, context, desk, cancellationToken)),
                $"{command.ToWire()}Trip", summary);
        }

        trips.MapPut("/{id}/route", RouteAsync).WithName("setTripRoute").WithSummary("Sets the planned way to the next stop, in place of the one that is planned here, until the trip goes to another stop.")
            .Produces<RouteView>().WithProblems(401, 403, 404, 409, 413, 415).WithRequestHeader("If-Match", VersionText)
            .WithExample("""{"line":[[-122.4262,37.7699],[-122.4224,37.7726],[-122.4194,37.7749]],"seconds":150}""");
        return group;

        static RouteHandlerBuilder Command(RouteHandlerBuilder endpoint, string name, string summary) => endpoint
            .WithName(name).WithSummary(summary).Produces<TripView>().WithProblems(400, 401, 403, 404, 409, 422)
            .WithRequestHeader(IdempotencyRequest.Header, KeyText).WithRequestHeader("If-Match", VersionText);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, JsonBody<CreateTripBody> body, TripDesk desk, CancellationToken cancellationToken)
    {
        if (body.Wrong is { } wrong) return wrong;
        var errors = new FieldErrors();
        var key = IdempotencyRequest.Read(context, body.Fingerprint(), errors);
        return errors.Parameters() ?? await desk.CreateAsync(body.Value, key, cancellationToken);
    }

    private static async Task<IResult> AssignAsync(string id, HttpContext context, JsonBody<AssignBody> body, TripDesk desk, CancellationToken cancellationToken)
    {
        if (body.Wrong is { } wrong) return wrong;
        if (!TripId.TryParse(id, out var trip)) return Unknown(id);
        var errors = new FieldErrors();
        var key = IdempotencyRequest.Read(context, body.Fingerprint(), errors);
        var version = ReadVersion(context, errors);
        return errors.Parameters() ?? await desk.AssignAsync(trip, DriverId.Parse(body.Value.Driver!), version, key, cancellationToken);
    }

    private static async Task<IResult> MoveAsync(TripCommand command, string id, HttpContext context, TripDesk desk, CancellationToken cancellationToken)
    {
        if (!TripId.TryParse(id, out var trip)) return Unknown(id);
        var errors = new FieldErrors();
        var key = IdempotencyRequest.Read(context, [], errors);
        var version = ReadVersion(context, errors);
        return errors.Parameters() ?? await desk.MoveAsync(trip, command, version, key, cancellationToken);
    }

    private static async Task<IResult> RouteAsync(string id, HttpContext context, JsonBody<RouteBody> body, TripDesk desk, CancellationToken cancellationToken)
    {
        if (body.Wrong is { } wrong) return wrong;
        if (!TripId.TryParse(id, out var trip)) return Unknown(id);
        var errors = new FieldErrors();
        var version = ReadVersion(context, errors);
        return errors.Parameters() ?? await desk.RouteAsync(trip, body.Value, version, cancellationToken);
    }

    private static async Task<IResult> GetAsync(string id, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        if (!TripId.TryParse(id, out _)) return Unknown(id);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<TripRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is { } trip
            ? ApiAnswer.Of(TripView.Of(trip), version: trip.Version)
            : Unknown(id);
    }

    private static async Task<IResult> ListAsync(
        [FromQuery, Description("Only of this status.")] string? status, [FromQuery, Description("Only this driver's, also those that are over.")] string? driver,
        [FromQuery, Description("Only this rider's.")] string? rider, [AsParameters] PageQuery page, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var (after, limit) = page.Read(errors);
        TripStatus? wanted = null;
        if (status is not null)
        {
            if (TripStatuses.TryParse(status, out var known)) wanted = known;
            else errors.Add("status", $"must be one of {string.Join(", ", Enum.GetValues<TripStatus>().Select(TripStatuses.ToWire))}");
        }

        if (driver is not null && !DriverId.TryParse(driver, out _)) errors.Add("driver", "is no driver id");
        errors.CheckText("rider", rider, 128);
        if (errors.Parameters() is { } wrong) return wrong;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var read = await TripQueries.Page(db, wanted, driver, rider, after, limit + 1).ToListAsync(cancellationToken);
        return ApiAnswer.Of(Page<TripView>.Of(read.ConvertAll(TripView.Of), limit, trip => trip.Id));
    }

    private static IResult Unknown(string id) => Problems.NotFound.Result($"There is no trip {(id.Length > 80 ? id[..80] + "…" : id)}.");

    private static int? ReadVersion(HttpContext context, FieldErrors errors)
    {
        var header = context.Request.Headers.IfMatch;
        if (header.Count == 0 || header is ["*"]) return null;
        if (header is [{ Length: > 2 } text] && text[0] == '"' && text[^1] == '"' && int.TryParse(text.AsSpan(1, text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var version)) return version;
        errors.Add("If-Match", "must be the trip's version in quotes, such as \"3\"");
        return null;
    }
}
