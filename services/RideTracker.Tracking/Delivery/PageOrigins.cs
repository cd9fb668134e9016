using Microsoft.Extensions.Options;
using RideTracker.Hosting;

namespace RideTracker.Tracking.Delivery;

/// <summary>
/// Which sites' pages may watch: those of <c>Delivery:CorsOrigins</c>, and those that lie where the node answers. Browsers keep to it for requests (CORS);
/// for WebSockets they leave it to the server (RFC 6455, section 10.2).
/// </summary>
public sealed class PageOrigins(IOptions<DeliveryOptions> options)
{
    /// <summary>The origins of the setting, each of whose texts may have several with commas or spaces between; <c>*</c> = any.</summary>
    public IReadOnlyList<string> Named { get; } =
        [.. options.Value.CorsOrigins.SelectMany(text => text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)).Select(origin => origin.TrimEnd('/'))];

    /// <summary>Answers a WebSocket that a page of another site opens; null where it may be opened, and for all other requests. What is no page sends no origin.</summary>
    public Task? Refuse(HttpContext context) =>
        context.Request.Headers.Origin.Count == 0 || !context.WebSockets.IsWebSocketRequest || MayWatch(context.Request.Headers.Origin.ToString(), context.Request.Host.Host)
            ? null
            : Problems.Forbidden.WriteAsync(context, "Origin: pages of this site may not watch here (Delivery:CorsOrigins).");

    /// <summary>Whether a page of this origin may watch. Ports don't count against it: a development server passes on from another one.</summary>
    /// <param name="origin">The request's header.</param>
    /// <param name="host">The name that the node is asked by.</param>
    public bool MayWatch(string origin, string host) =>
        Named.Contains("*") || Named.Contains(origin, StringComparer.OrdinalIgnoreCase) || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Host.Equals(host, StringComparison.OrdinalIgnoreCase));
}
