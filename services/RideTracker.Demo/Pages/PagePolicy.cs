namespace RideTracker.Demo.Pages;

/// <summary>What browsers are told of the pages: run and load nothing but their own files, and what the map's settings name. The edge says the same (deploy/Caddyfile).</summary>
internal static class PagePolicy
{
    /// <summary>The Content-Security-Policy of the pages and their workers.</summary>
    public static string Of(MapOptions map, string? authority)
    {
        var others = new[] { map.StyleUrl, map.PmtilesUrl, map.Town, authority }
            .Where(address => address?.StartsWith("http", StringComparison.Ordinal) == true)
            .Select(address => new Uri(address!).GetLeftPart(UriPartial.Authority))
            .Concat(MapOptionsValidator.Words(map.Origins))
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Aggregate("", (all, origin) => $"{all} {origin}");
        return "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
            + $"img-src 'self' data: blob:{others}; connect-src 'self'{others}; worker-src 'self'; manifest-src 'self'; "
            + $"frame-ancestors {string.Join(' ', MapOptionsValidator.Words(map.FrameAncestors))}; base-uri 'none'; form-action 'none'";
    }

    /// <summary>Says it with a page or a file of one.</summary>
    public static void Apply(HttpResponse response, string policy)
    {
        var headers = response.Headers;
        // The embeddable map is one file, so its workers are blobs; its example page lets them.
        headers.ContentSecurityPolicy = response.HttpContext.Request.Path.StartsWithSegments("/embed")
            ? policy.Replace("worker-src 'self'", "worker-src 'self' blob:", StringComparison.Ordinal)
            : policy;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), payment=(), usb=()";
    }

    /// <summary>What is said with every answer.</summary>
    public static void UseSafeHeaders(this WebApplication app) => app.Use(static (context, next) =>
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        return next(context);
    });
}
