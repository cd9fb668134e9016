using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Metrics;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Tracking.Delivery;
using RideTracker.Tracking.FanOut;
using RideTracker.Tracking.Hosting.Handover;
using RideTracker.Tracking.Hosting.OpenApi;
using RideTracker.Tracking.Hub;
using RideTracker.Tracking.Ingest;
using RideTracker.Tracking.Nodes;
using RideTracker.Tracking.Presence;

namespace RideTracker.Tracking.Hosting;

/// <summary>Puts a tracking node together.</summary>
public static class TrackingSetup
{
    /// <summary>Adds all of a tracking node, as its roles (<c>Tracking:Roles</c>) say.</summary>
    public static WebApplicationBuilder AddTracking(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var node = builder.Configuration.ReadOrDefault<TrackingOptions>(TrackingOptions.Section);
        services.AddCheckedOptions<TrackingOptions>(TrackingOptions.Section);
        services.TryAddSingleton(TimeProvider.System);
        services.Configure<HostOptions>(host =>
        {
            // Draining, and then what is still in flight.
            host.ShutdownTimeout = TimeSpan.FromSeconds(node.DrainSeconds + 15);
            host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.StopHost;
        });
        var open = new OpenConnections(OpenFiles.MostConnections);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = node.MaxBodyBytes;
            // Clients that read slowly are ours to judge (Delivery:SlowSeconds), not by bytes per second.
            kestrel.Limits.MinResponseDataRate = null;
            // Also what a node that goes away waits for half a request.
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.ConfigureEndpointDefaults(listen =>
            {
                // From the socket up to the HTTP server.
                DirectOutput.Use(listen);
                ConnectionHandover.Use(listen);
            });
        });
        builder.WebHost.UseSockets(static sockets =>
        {
            sockets.UnsafePreferInlineScheduling = true;
            // Who finds no room in the kernel's queue tries again only after a second, and then after two: riders that come back all at once are to find it.
            sockets.Backlog = 4_096;
        });
        // The last transport that is registered is the one that the server takes.
        services.AddSingleton<IConnectionListenerFactory>(provider => ActivatorUtilities.CreateInstance<PacedTransport>(provider, open));
        services.AddSingleton<NodeDrain>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeDrain>());
        services.AddSingleton<IHostLifetime, NodeLifetime>();
        services.AddOpenApi("v1", openApi => openApi.AddDocumentTransformer<WrittenOperations>());
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("RideTracker.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
            .AddRuntimeInstrumentation()
            // Room for the values of each is set aside at its first: 2,000 by default, 140 KB. Tags are enums, methods, routes and statuses.
            .AddView("*", new MetricStreamConfiguration { CardinalityLimit = 250 })
            .AddPrometheusExporter());
        services.AddHub();
        services.AddAccess();
        // Nothing here uses its keys; without this it would write some to the user's profile and warn of it.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddPresence();
        services.AddNodes();
        // What a node tells of the drivers' limits (/v1/capabilities) it tells also where it takes no reports.
        services.AddOptions<IngestOptions>().BindConfiguration(IngestOptions.Section);
        if (node.Roles.HasFlag(NodeRole.Ingest)) services.AddIngest();
        if (node.Roles.HasFlag(NodeRole.Delivery)) services.AddFanOut().AddDelivery();
        return builder;
    }

    /// <summary>Maps all of a tracking node.</summary>
    public static WebApplication MapTracking(this WebApplication app)
    {
        // Before anything reads a setting: so all that is wrong is said at once, not only what was met first.
        app.Services.GetRequiredService<Microsoft.Extensions.Options.IStartupValidator>().Validate();
        var roles = app.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<TrackingOptions>>().Value.Roles;
        app.UseFailures();
        app.UseWebSockets();
        app.UseRouting();
        if (roles.HasFlag(NodeRole.Delivery)) app.UseCors();
        // Also for those who are refused before any resource answers.
        app.Use(static (context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal)) LiveAnswers.Begin(context);
            return next(context);
        });
        app.UseAccess();
        app.MapHealth();
        app.MapPrometheusScrapingEndpoint("/metrics").AllowAnonymous();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapWireDocuments();
        var nodes = app.MapNodes();
        if (roles.HasFlag(NodeRole.Ingest)) app.MapIngest();
        if (!roles.HasFlag(NodeRole.Delivery)) return app;
        app.MapDelivery();
        nodes.RequireCors(DeliverySetup.CorsPolicy);
        return app;
    }
}
