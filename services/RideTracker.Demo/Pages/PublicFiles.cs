using Microsoft.Net.Http.Headers;

namespace RideTracker.Demo.Pages;

/// <summary>Lets pages of every site load the map's data and the embeddable component: there is nothing in them that is not for all.</summary>
internal static class PublicFiles
{
    public static void UsePublicFiles(this WebApplication app) => app.Use(static (context, next) =>
    {
        if (!context.Request.Path.StartsWithSegments("/map") && !context.Request.Path.StartsWithSegments("/embed")) return next(context);
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlExposeHeaders = "ETag, Content-Range, Content-Length";
        if (!HttpMethods.IsOptions(context.Request.Method) || !context.Request.Headers.ContainsKey(HeaderNames.AccessControlRequestMethod)) return next(context);
        headers.AccessControlAllowMethods = "GET, HEAD";
        headers.AccessControlAllowHeaders = "Range, If-None-Match, If-Match";
        headers.AccessControlMaxAge = "86400";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    });
}
