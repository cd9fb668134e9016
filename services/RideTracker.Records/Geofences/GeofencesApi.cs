using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Records.Api;
using RideTracker.Records.Database;

namespace RideTracker.Records.Geofences;

/// <summary><c>/v1/geofences</c>: areas whose crossings become events.</summary>
internal static class GeofencesApi
{
    private const string Example = """
        {"type":"Feature","properties":{"name":"Ferry Building","dwellSeconds":300},"geometry":{"type":"Polygon","coordinates":[[[-122.3945,37.7948],[-122.3922,37.7948],[-122.3922,37.7964],[-122.3945,37.7964],[-122.3945,37.7948]]]}}
        """;

    public static void Map(RouteGroupBuilder group)
    {
        var fences = group.MapGroup("/geofences").RequireAuthorization(AccessPolicies.Staff).WithTags("geofences");
        fences.MapPut("/{id}", PutAsync).WithName("putGeofence").WithSummary("Makes a geofence, or changes it whole: a GeoJSON Feature or geometry.")
            .Accepts<JsonElement>("application/geo+json", "application/json").Produces<GeofenceFeature>().Produces<GeofenceFeature>(StatusCodes.Status201Created)
            .WithProblems(400, 401, 403, 409, 413).WithExample(Example);
        fences.MapGet("/{id}", GetAsync).WithName("getGeofence").WithSummary("A geofence as a GeoJSON Feature.").Produces<GeofenceFeature>().WithProblems(401, 403, 404);
        fences.MapDelete("/{id}", DeleteAsync).WithName("deleteGeofence").WithSummary("Deletes a geofence. Drivers in it get no exit.")
            .Produces(StatusCodes.Status204NoContent).WithProblems(401, 403, 404);
        fences.MapGet("", ListAsync).WithName("listGeofences").WithSummary("All geofences by id, paged; with their geometry if asked for.")
            .Produces<Page<GeofenceFeature>>().WithProblems(400, 401, 403);
    }

    private static async Task<IResult> PutAsync(
        string id, HttpContext context, GeofenceStore store, IOptions<GeofencesOptions> options, CancellationToken cancellationToken)
    {
        if (Wrong(id) is { } wrong) return wrong;
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(context.Request.Body, new JsonDocumentOptions { MaxDepth = 16 }, cancellationToken);
        }
        catch (JsonException failure)
        {
            return Problems.MalformedBody.Result(FormattableString.Invariant($"body: is no JSON that can be read here, at line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}."));
        }

        using (document)
        {
            if (GeofenceBody.Read(document.RootElement, options.Value.MaxVertices, out var body) is { } error) return Problems.MalformedBody.Result(error);
            return await store.PutAsync(id, body!, cancellationToken) switch
            {
                (null, _) => Problems.TooMany.Result($"There are {options.Value.MaxFences} geofences, the most there may be (Geofences:MaxFences)."),
                ({ } row, true) => TypedResults.Created($"/v1/geofences/{id}", GeofenceFeature.Of(row, withGeometry: true)),
                ({ } row, false) => TypedResults.Ok(GeofenceFeature.Of(row, withGeometry: true)),
            };
        }
    }

    private static async Task<IResult> GetAsync(string id, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<GeofenceRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is { } row
            ? TypedResults.Ok(GeofenceFeature.Of(row, withGeometry: true))
            : Unknown();
    }

    private static async Task<IResult> DeleteAsync(string id, GeofenceStore store, CancellationToken cancellationToken) =>
        await store.DeleteAsync(id, cancellationToken) ? TypedResults.NoContent() : Unknown();

    private static async Task<IResult> ListAsync(
        [AsParameters] PageQuery page, [FromQuery] bool? geometry, IDbContextFactory<RecordsDb> databases, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var (after, limit) = page.Read(errors);
        if (errors.Parameters() is { } wrong) return wrong;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Set<GeofenceRow>().AsNoTracking().Where(row => after == null || row.Id.CompareTo(after) > 0)
            .OrderBy(row => row.Id).Take(limit + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page<GeofenceFeature>.Of([.. rows.Select(row => GeofenceFeature.Of(row, geometry == true))], limit, feature => feature.Id));
    }

    // Ids of all things are made of the same characters.
    private static IResult? Wrong(string id) => DriverId.TryParse(id, out _)
        ? null
        : Problems.InvalidParameter.Result("id: must be 1 to 64 characters of A-Z a-z 0-9 . _ - ~ @ +.");

    private static IResult Unknown() => Problems.NotFound.Result("id: there is no such geofence.");
}
