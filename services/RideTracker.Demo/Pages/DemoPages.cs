using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;
using RideTracker.Client.Records;
using RideTracker.Demo.Rides;
using RideTracker.Fleet;
using RideTracker.Hosting;
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
        pages.MapGet("/demo.json", GetDirectoryAsync);
        pages.MapGet("/demo/token", GetTokenAsync);
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

    private static async Task<IResult> GetDirectoryAsync(DemoFleet fleet, HandTrip handTrip, DemoTokens tokens, HttpResponse response, CancellationToken cancellationToken)
    {
        response.Headers.CacheControl = "no-store";
        var going = fleet.TripsGoingOnFor(ListedTripsGoOnFor);
        if (going.Count == 0 || handTrip.Id is not { } byHand) return Starting.Result("The fleet is still setting off.", TimeSpan.FromSeconds(1));
        try
        {
            var trips = new List<TripWithToken>();
            foreach (var trip in going) trips.Add(new TripWithToken(trip.Value, (await tokens.ForRiderAsync(trip, cancellationToken)).Token));
            return TypedResults.Json(
                new DemoDirectory(
                    trips,
                    HandTrip.Driver.Value,
                    (await tokens.ForDriverAsync(HandTrip.Driver, cancellationToken)).Token,
                    new TripWithToken(byHand.Value, (await tokens.ForRiderAsync(byHand, cancellationToken)).Token),
                    (await tokens.ForDispatcherAsync(cancellationToken)).Token),
                DemoJson.Default.DemoDirectory);
        }
        catch (Exception failure) when (failure is HttpRequestException or RecordsRefusedException or TaskCanceledException { InnerException: TimeoutException })
        {
            // A trip may have ended since it was listed; and Records may be away.
            return Starting.Result($"A token could not be had: {failure.Message}", TimeSpan.FromSeconds(1));
        }
    }

    private static async Task<IResult> GetTokenAsync(string? trip, string? role, TripBook trips, DemoTokens tokens, HttpResponse response, CancellationToken cancellationToken)
    {
        response.Headers.CacheControl = "no-store";
        try
        {
            return (trip, role) switch
            {
                (not null, null) => TripId.TryParse(trip, out var id) && trips.Knows(id)
                    ? Fresh(await tokens.ForRiderAsync(id, cancellationToken))
                    : Problems.NotFound.Result("trip: the demo has no such trip."),
                (null, "dispatcher") => Fresh(await tokens.ForDispatcherAsync(cancellationToken)),
                _ => Problems.InvalidParameter.Result("trip, role: either trip=ID or role=dispatcher is needed."),
            };
        }
        catch (RecordsRefusedException refused)
        {
            return Problems.TripOver.Result(refused.Message);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException { InnerException: TimeoutException })
        {
            return Starting.Result($"A token could not be had: {failure.Message}", TimeSpan.FromSeconds(1));
        }
    }

    private static JsonHttpResult<FreshToken> Fresh(IssuedToken token) => TypedResults.Json(new FreshToken(token.Token, token.Expires), DemoJson.Default.FreshToken);

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
