using Microsoft.Extensions.Options;
using RideTracker.Hosting;
using RideTracker.Tracking.Delivery.Seen;

namespace RideTracker.Tracking.Delivery;

/// <summary>Puts the delivery slice into a host.</summary>
public static class DeliverySetup
{
    /// <summary>Who may call from a page of another origin (<c>Delivery:CorsOrigins</c>).</summary>
    internal const string CorsPolicy = "live";

    public static IServiceCollection AddDelivery(this IServiceCollection services)
    {
        services.AddCheckedOptions<DeliveryOptions>(DeliveryOptions.Section);
        services.AddSingleton<DeliveryMetrics>();
        services.AddSingleton<RiderStreams>();
        services.AddHostedService(provider => provider.GetRequiredService<RiderStreams>());
        services.AddSingleton<Viewports>();
        services.AddSingleton<LiveTrip>();
        services.AddSingleton<LiveVehicles>();
        services.AddSingleton<SeenMetrics>();
        services.AddSingleton<SeenLedger>();
        services.AddSingleton<SeenEndpoint>();
        services.AddSingleton<PageOrigins>();
        services.AddCors();
        services.AddOptions<Microsoft.AspNetCore.Cors.Infrastructure.CorsOptions>().Configure<PageOrigins>((cors, origins) => cors.AddPolicy(CorsPolicy, policy =>
        {
            if (origins.Named.Contains("*")) policy.AllowAnyOrigin();
            else policy.WithOrigins([.. origins.Named]);
            policy.AllowAnyHeader().WithMethods("GET", "HEAD", "POST").WithExposedHeaders("ETag", "Retry-After", "Preference-Applied").SetPreflightMaxAge(TimeSpan.FromHours(1));
        }));
        return services;
    }

    public static IEndpointRouteBuilder MapDelivery(this IEndpointRouteBuilder endpoints)
    {
        // An expired token of a trip that is over is answered too, so the handler itself looks at who calls.
        Live("/v1/trips/{tripId}/live", (HttpContext context, string tripId, LiveTrip live, PageOrigins origins) => origins.Refuse(context) ?? live.HandleAsync(context, tripId), anonymous: true)
            .WithName("LiveTrip")
            .WithSummary("One trip, live")
            .WithDescription("Plain GET: 200 with ETag, or 304 to If-None-Match. `Prefer: wait=N` with If-None-Match: long poll. `Accept: text/event-stream`: server-sent events, resumed by Last-Event-ID or ?cursor=. Upgrade: websocket: the same JSON as text frames.");
        endpoints.MapMethods("/v1/trips/{tripId}/route", ["GET", "HEAD"], (HttpContext context, string tripId, LiveTrip live) => live.RouteAsync(context, tripId))
            .AllowAnonymous()
            .WithName("TripRoute")
            .WithSummary("The planned way to the trip's next stop")
            .Produces<object>(200, "application/json").Produces(304).ProducesProblem(401).ProducesProblem(403).ProducesProblem(404).ProducesProblem(410).ProducesProblem(503)
            .RequireCors(CorsPolicy);
        Live("/v1/vehicles/live", (HttpContext context, LiveVehicles live, PageOrigins origins) => origins.Refuse(context) ?? live.HandleAsync(context), anonymous: false)
            .WithName("LiveVehicles")
            .WithSummary("The vehicles of a viewport (?bbox=west,south,east,north), or the nearest (?near=lat,lng&radius=m&limit=n), live")
            .WithDescription("The four strategies of the trip's live view. Streams take ?interval=ms, 250 at least.")
            .ProducesProblem(400);
        endpoints.MapMethods("/v1/capabilities", ["GET", "HEAD"], (IOptions<DeliveryOptions> delivery, IOptions<Ingest.IngestOptions> ingest, TimeProvider time) => Capabilities.From(delivery, ingest, time))
            .AllowAnonymous()
            .WithName("Capabilities")
            .WithSummary("The numbers that an SDK needs")
            .RequireCors(CorsPolicy);
        endpoints.MapPost("/v1/seen", (HttpContext context, SeenEndpoint seen) => seen.ServeAsync(context))
            .WithName("Seen")
            .WithSummary("How old the picture is that a client shows; counted, never kept per person")
            .Produces(204).ProducesProblem(400).ProducesProblem(401).ProducesProblem(403).ProducesProblem(413).ProducesProblem(415)
            .RequireCors(CorsPolicy);
        return endpoints;

        RouteHandlerBuilder Live(string pattern, Delegate handler, bool anonymous)
        {
            // HTTP/2 opens WebSockets by CONNECT (RFC 8441); it is the same endpoint, and no method that OpenAPI can name.
            var connect = endpoints.MapMethods(pattern, ["CONNECT"], handler).AddEndpointFilter(WebSocketsOnly).ExcludeFromDescription();
            var get = endpoints.MapMethods(pattern, ["GET", "HEAD"], handler)
                .Produces<object>(200, "application/json", "text/event-stream").Produces(304)
                .ProducesProblem(401).ProducesProblem(403).ProducesProblem(404).ProducesProblem(410).ProducesProblem(503)
                .RequireCors(CorsPolicy);
            if (!anonymous) return get;
            connect.AllowAnonymous();
            return get.AllowAnonymous();
        }
    }

    // A CONNECT that opens no WebSocket asks for a tunnel: a 200 would have no length and no state in it.
    private static async ValueTask<object?> WebSocketsOnly(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        if (call.HttpContext.WebSockets.IsWebSocketRequest) return await next(call);
        return Problems.MethodNotAllowed.Result("CONNECT is for WebSockets over HTTP/2.");
    }
}
