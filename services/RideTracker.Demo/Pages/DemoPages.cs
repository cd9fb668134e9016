using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;
using RideTracker.Demo.Rides;
using RideTracker.Fleet;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Protocol.Streets;

namespace RideTracker.Demo.Pages;

/// <summary>What the demo serves besides the API: its directory of trips and tokens, the town, and the web map's files.</summary>
internal static class DemoPages
{
    private static readonly TimeSpan ListedTripsGoOnFor = TimeSpan.FromMinutes(10);
    private static readonly Problem Starting = new("demo-starting", StatusCodes.Status503ServiceUnavailable, "The demo is still starting.");

    public static IEndpointRouteBuilder MapDemo(this IEndpointRouteBuilder app, Town town)
    {
        var pages = app.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        pages.MapGet("/demo.json", GetDirectory);
        pages.MapGet("/demo/token", GetToken);
        var map = town.ToGeoJson();
        var mapTag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(map.Span).AsSpan(0, 8))}\"");
        var config = ConfigOf(town);
        pages.MapGet("/map/config.json", () => TypedResults.Json(config, DemoJson.Default.MapConfig));
        pages.MapGet("/map/town.geojson", (HttpResponse response) =>
        {
            response.Headers.CacheControl = "no-cache";
            return TypedResults.Bytes(map, "application/geo+json", entityTag: mapTag);
        });
        return app;
    }

    /// <summary>Serves the built web map, or says that it was not built.</summary>
    public static void UseMap(this WebApplication app, string? folder)
    {
        if (folder is null)
        {
            app.MapGet("/", () => TypedResults.Content(NotBuilt, "text/html; charset=utf-8", statusCode: StatusCodes.Status404NotFound)).AllowAnonymous().ExcludeFromDescription();
            return;
        }

        var files = new PhysicalFileProvider(folder);
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            // Vite puts a hash of the content into the names below assets/; all else must be asked for again.
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl =
                file.Context.Request.Path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable" : "no-cache",
        });
    }

    private static IResult GetDirectory(DemoFleet fleet, HandTrip handTrip, DemoTokens tokens, HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        var going = fleet.TripsGoingOnFor(ListedTripsGoOnFor);
        if (going.Count == 0) return Starting.Result("The fleet is still setting off.", TimeSpan.FromSeconds(1));
        return TypedResults.Json(
            new DemoDirectory(
                [.. going.Select(trip => new TripWithToken(trip.Value, tokens.ForRider(trip).Token))],
                HandTrip.Driver.Value,
                tokens.ForDriver(HandTrip.Driver).Token,
                new TripWithToken(handTrip.Id.Value, tokens.ForRider(handTrip.Id).Token),
                tokens.ForDispatcher().Token),
            DemoJson.Default.DemoDirectory);
    }

    private static IResult GetToken(string? trip, string? role, TripBook trips, DemoTokens tokens, HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        return (trip, role) switch
        {
            (not null, null) => TripId.TryParse(trip, out var id) && trips.Knows(id) ? Fresh(tokens.ForRider(id)) : Problems.NotFound.Result("trip: the demo has no such trip."),
            (null, "dispatcher") => Fresh(tokens.ForDispatcher()),
            _ => Problems.InvalidParameter.Result("trip, role: either trip=ID or role=dispatcher is needed."),
        };
    }

    private static JsonHttpResult<FreshToken> Fresh(MintedToken token) =>
        TypedResults.Json(new FreshToken(token.Token, token.ExpiresAt.ToUnixTimeMilliseconds()), DemoJson.Default.FreshToken);

    private static MapConfig ConfigOf(Town town)
    {
        var nodes = Enumerable.Range(0, town.Graph.NodeCount).Select(town.Graph.Position).ToList();
        double Middle(Func<GeoPoint, double> of) => Math.Round((nodes.Min(of) + nodes.Max(of)) / 2, 5);
        return new MapConfig(null, "/map/town.geojson", [Middle(node => node.Lng), Middle(node => node.Lat)], 13.5, $"{Town.Name}, a town made by code");
    }

    private const string NotBuilt =
        """
        <!doctype html><meta charset="utf-8"><title>RideTracker</title>
        <body style="font:16px/1.5 system-ui;max-width:40em;margin:4em auto;padding:0 1em">
        <h1>The web map is not built</h1>
        <p>The API works: see <a href="/demo.json">/demo.json</a> for trips and tokens. <code>deploy/demo</code> builds the map by itself; by hand:</p>
        <pre>npm --prefix clients/rider-map ci
        npm --prefix clients/rider-map run build</pre>
        <p>Then start the demo again.</p>
        """;
}
