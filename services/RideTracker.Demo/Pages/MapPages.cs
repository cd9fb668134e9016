using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using RideTracker.Fleet;
using RideTracker.Hosting.Access;
using RideTracker.Protocol.Streets;

namespace RideTracker.Demo.Pages;

/// <summary>Serves the built web map, what it is told of the map that it draws, and the map's data.</summary>
internal static class MapPages
{
    private const string BuiltInTown = "/map/town.geojson";

    private static readonly string[] Read = ["GET", "HEAD"];

    /// <summary>Adds the map's settings.</summary>
    public static IServiceCollection AddMapPages(this IServiceCollection services) =>
        services.AddSingleton<IValidateOptions<MapOptions>, MapOptionsValidator>();

    /// <summary>Serves the built web map, or says that it was not built, and the files of <c>Map:Folder</c>.</summary>
    public static void UseMapPages(this WebApplication app, string? folder)
    {
        var map = app.Services.GetRequiredService<IOptions<MapOptions>>().Value;
        var policy = PagePolicy.Of(map, AuthorityOf(app.Services, map));
        app.UseSafeHeaders();
        app.UsePublicFiles();
        if (map.Folder is { Length: > 0 } data)
        {
            app.UseStaticFiles(new StaticFileOptions
            {
                FileProvider = new PhysicalFileProvider(Path.GetFullPath(data)),
                RequestPath = "/map",
                ContentTypeProvider = new FileExtensionContentTypeProvider { Mappings = { [".geojson"] = "application/geo+json", [".pmtiles"] = "application/octet-stream" } },
                OnPrepareResponse = static file => file.Context.Response.Headers.CacheControl = "no-cache",
            });
        }

        if (folder is null)
        {
            app.MapGet("/", (HttpResponse response) =>
            {
                PagePolicy.Apply(response, policy);
                return TypedResults.Content(NotBuilt, "text/html; charset=utf-8", statusCode: StatusCodes.Status404NotFound);
            }).AllowAnonymous().ExcludeFromDescription();
            return;
        }

        var files = new PhysicalFileProvider(folder);
        // Also leads from /dispatch to /dispatch/.
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = file =>
            {
                PagePolicy.Apply(file.Context.Response, policy);
                file.Context.Response.Headers.CacheControl = CacheControlOf(file.Context.Request.Path);
            },
        });
    }

    /// <summary>Maps <c>/map/config.json</c> and the demo's own town.</summary>
    public static void MapConfig(this IEndpointRouteBuilder pages, Town town)
    {
        var map = pages.ServiceProvider.GetRequiredService<IOptions<MapOptions>>().Value;
        var config = ConfigOf(map, AuthorityOf(pages.ServiceProvider, map), town);
        pages.MapMethods("/map/config.json", Read, (HttpResponse response) =>
        {
            response.Headers.CacheControl = "no-cache";
            return TypedResults.Json(config, DemoJson.Default.MapConfig);
        });
        var streets = town.ToGeoJson();
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(streets.Span).AsSpan(0, 8))}\"");
        pages.MapMethods(BuiltInTown, Read, (HttpResponse response) =>
        {
            response.Headers.CacheControl = "no-cache";
            return TypedResults.Bytes(streets, "application/geo+json", entityTag: tag);
        });
    }

    // Vite puts a hash of the content into the names below assets/. The component is in other sites' pages by one name: they get a new one within minutes. All else must be asked for again.
    private static string CacheControlOf(PathString path) => path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable"
        : path.StartsWithSegments("/embed") && path.Value!.EndsWith(".js", StringComparison.Ordinal) ? "public, max-age=300"
        : "no-cache";

    private static string? AuthorityOf(IServiceProvider services, MapOptions map) =>
        map.OidcClientId is not { Length: > 0 } ? null : map.OidcAuthority is { Length: > 0 } own ? own : services.GetRequiredService<IOptions<AccessOptions>>().Value.Authority;

    private static MapConfig ConfigOf(MapOptions map, string? authority, Town town)
    {
        var nodes = Enumerable.Range(0, town.Graph.NodeCount).Select(town.Graph.Position).ToList();
        double Middle(Func<GeoPoint, double> of) => Math.Round((nodes.Min(of) + nodes.Max(of)) / 2, 5);
        MapOptionsValidator.TryReadCenter(map.Center, out var center);
        return new MapConfig(
            NullIfEmpty(map.StyleUrl),
            NullIfEmpty(map.PmtilesUrl),
            NullIfEmpty(map.Town) ?? BuiltInTown,
            center ?? [Middle(node => node.Lng), Middle(node => node.Lat)],
            map.Zoom ?? 13.5,
            NullIfEmpty(map.Attribution) ?? $"{Town.Name}, a town made by code",
            authority is { Length: > 0 } ? new MapSignIn(authority, map.OidcClientId!, map.OidcScope) : null);
    }

    // Compose hands on variables that nobody set as empty ones.
    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private const string NotBuilt =
        """
        <!doctype html><html lang="en"><meta charset="utf-8"><title>RideTracker</title>
        <h1>The web map is not built</h1>
        <p>The API works: see <a href="/demo.json">/demo.json</a> for trips and tokens. <code>deploy/demo</code> builds the map by itself; by hand:</p>
        <pre>npm --prefix clients/rider-client ci
        npm --prefix clients/rider-map ci
        npm --prefix clients/rider-map run build</pre>
        <p>Then start the demo again.</p></html>
        """;
}
