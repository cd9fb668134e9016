using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Records.Api;
using RideTracker.Records.Database;
using RideTracker.Records.Drivers;
using RideTracker.Records.Events;
using RideTracker.Records.Geofences;
using RideTracker.Records.Hub;
using RideTracker.Records.Outbox;
using RideTracker.Records.Privacy;
using RideTracker.Records.Routing;
using RideTracker.Records.Tokens;
using RideTracker.Records.Trails;
using RideTracker.Records.Trips;
using RideTracker.Records.Webhooks;

namespace RideTracker.Records.Hosting;

/// <summary>Puts Records together: for a host of its own, or inside another one (the demo).</summary>
public static class RecordsSetup
{
    /// <summary>Name of the OpenAPI document, and the group that every endpoint of Records is in.</summary>
    public const string Document = "records-v1";

    /// <summary>Adds all of a Records host.</summary>
    public static WebApplicationBuilder AddRecords(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddCheckedOptions<RecordsOptions>(RecordsOptions.Section);
        var options = builder.Configuration.ReadOrDefault<RecordsOptions>(RecordsOptions.Section);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        });
        services.Configure<HostOptions>(host => host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.StopHost);
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("RideTracker.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql")
            .AddRuntimeInstrumentation()
            .AddPrometheusExporter());
        services.AddHostedService<DatabaseCheck>();
        return builder.AddRecordsSlices();
    }

    /// <summary>Adds what Records does, without what a host of its own needs besides.</summary>
    public static WebApplicationBuilder AddRecordsSlices(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddAccess();
        services.AddOpenApi(Document, openApi =>
        {
            // In the demo the tracking node's resources are beside these, and described elsewhere.
            openApi.ShouldInclude = description => description.GroupName == Document;
            openApi.AddDocumentTransformer<RecordsDocument>().AddSchemaTransformer<RequiredMembers>();
        });
        services.AddApi();
        services.AddRoutePlanning();
        services.AddRecordsCore();
        services.AddHostedService<Retention>();
        services.AddOutbox();
        services.AddTrips();
        services.AddDrivers();
        services.AddTokens();
        services.AddTrails();
        services.AddGeofences();
        services.AddEventFeed();
        services.AddWebhooks();
        return builder;
    }

    /// <summary>Adds what the commands need too: the database and the hub.</summary>
    public static IServiceCollection AddRecordsCore(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddCheckedOptions<HubConnectionOptions>(HubConnectionOptions.Section);
        services.AddSingleton<HubConnection>();
        services.TryAddSingleton<IRevocationHub>(provider => provider.GetRequiredService<HubConnection>());
        services.AddRecordsDatabase();
        services.AddEvents();
        services.AddOutboxCore();
        services.AddTripsCore();
        services.AddDriversCore();
        services.AddTokenProjection();
        services.AddPrivacy();
        return services;
    }

    /// <summary>Maps all of a Records host.</summary>
    public static WebApplication MapRecords(this WebApplication app)
    {
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        app.UseFailures();
        app.UseRouting();
        app.UseAccess();
        app.MapHealth();
        app.MapPrometheusScrapingEndpoint("/metrics").AllowAnonymous();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        return app.MapRecordsSlices();
    }

    /// <summary>Maps the resources of Records.</summary>
    public static WebApplication MapRecordsSlices(this WebApplication app)
    {
        // Each slice maps itself onto this group.
        var group = app.MapGroup("/v1").WithGroupName(Document).ProducesProblem(StatusCodes.Status503ServiceUnavailable, Problem.ContentType);
        if (app.Services.GetRequiredService<IOptions<DatabaseOptions>>().Value.Engine == DatabaseEngine.Sqlite)
        {
            // SQLite blocks its caller, and the demo's requests begin on the thread that serves all of its sockets, the hub's too.
            group.AddEndpointFilter(async (context, next) =>
            {
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                return await next(context);
            });
        }

        group.MapTokens();
        group.MapTrips();
        group.MapDrivers();
        group.MapGeofences();
        group.MapEvents();
        group.MapWebhooks();
        group.MapTrails();
        return app;
    }
}
