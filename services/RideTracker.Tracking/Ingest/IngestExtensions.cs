using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol.Fixes;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>Adds the drivers' doors to a host. Needs the hub and access slices, and <c>UseWebSockets</c> before <c>UseAccess</c>.</summary>
public static class IngestExtensions
{
    // Around the report itself: the invocation's own members.
    private const int EnvelopeBytes = 1_024;

    public static IServiceCollection AddIngest(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<IngestOptions>().BindConfiguration(IngestOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IngestOptions>, IngestOptionsValidator>();
        services.AddMetrics();
        services.AddSingleton<IngestMetrics>();
        services.TryAddSingleton(provider => IngestHub.Of(
            provider.GetRequiredService<HubLink>(), provider.GetRequiredService<HubWriter>(), provider.GetRequiredService<HubReader>()));
        services.AddSingleton<DriverTracks>();
        services.AddSingleton<Advisor>();
        services.AddSingleton<ReportIntake>();
        services.AddSingleton<SocketReportPool>();
        services.AddSingleton<IngestConnections>();
        services.AddSingleton<DriverSocketEndpoint>();
        services.AddSingleton<FixesEndpoint>();

        // AddHubOptions makes the hub's own options count at all; what they are needs the settings.
        services.AddSignalR().AddHubOptions<DriverHub>(_ => { }).AddJsonProtocol().AddMessagePackProtocol();
        services.AddOptions<HubOptions<DriverHub>>().PostConfigure<IOptions<IngestOptions>>((hub, ingest) =>
        {
            // Such as that a message is too large. What the hub itself throws is meant for the phone.
            hub.EnableDetailedErrors = true;
            hub.MaximumParallelInvocationsPerClient = ingest.Value.MaxCallsInFlight;
            hub.MaximumReceiveMessageSize = ingest.Value.MaxReportBytes + EnvelopeBytes;
            hub.KeepAliveInterval = ingest.Value.KeepAliveInterval;
            hub.ClientTimeoutInterval = ingest.Value.KeepAliveInterval + ingest.Value.KeepAliveTimeout;
        });
        services.AddOptions<JsonHubProtocolOptions>().Configure<IOptions<IngestOptions>>((json, ingest) =>
            json.PayloadSerializerOptions.Converters.Add(new FixArrayJsonConverter(ingest.Value.MaxReportFixes)));
        services.AddOptions<MessagePackHubProtocolOptions>().Configure<IOptions<IngestOptions>>((pack, ingest) =>
            pack.SerializerOptions = FixMessagePack.Options(ingest.Value.MaxReportFixes));
        // It writes an error with a stack trace for each HubException, which is an answer here; what is a bug DriverHub logs itself.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.None));
        return services;
    }

    public static IEndpointRouteBuilder MapIngest(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapHub<DriverHub>("/v1/driver", options =>
        {
            options.Transports = HttpTransportType.WebSockets;
            options.CloseOnAuthenticationExpiration = true;
        });
        var drivers = endpoints.MapGroup("").RequireAuthorization(AccessPolicies.Driver).WithTags("Drivers");
        drivers.MapMethods("/v1/driver/ws", [HttpMethods.Get, HttpMethods.Connect], (HttpContext context, DriverSocketEndpoint door) => door.ServeAsync(context))
            .WithSummary("Report over a plain WebSocket.")
            .WithDescription("Subprotocol ridetracker.driver.v1; text frames, see the protocol's section 2.")
            .Produces(StatusCodes.Status101SwitchingProtocols)
            .Refuses(400, 401, 403, 426, 429, 503);
        drivers.MapPost("/v1/drivers/{id}/fixes", (string id, HttpContext context, FixesEndpoint door) => door.ServeAsync(id, context))
            .WithSummary("Report fixes of one driver.")
            .WithDescription("The body is one report: 1 to 500 fixes in any order, at most 128 KB. The Ack settles exactly this call; any other answer settles nothing.")
            // Not Accepts<T>: with it routing answers other media types itself, with 415 and no problem.
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                operation.RequestBody = FixesBody;
                return Task.CompletedTask;
            })
            .Produces<Ack>()
            .Refuses(400, 401, 403, 413, 415, 429, 503);
        return endpoints;
    }

    private static OpenApiRequestBody FixesBody => new()
    {
        Required = true,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/json"] = new()
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    MinItems = 1,
                    MaxItems = 500,
                    Items = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Required = new HashSet<string> { "time", "lat", "lng" },
                        Properties = new Dictionary<string, IOpenApiSchema>
                        {
                            ["time"] = Member(JsonSchemaType.Integer, "Unix time in milliseconds."),
                            ["lat"] = Member(JsonSchemaType.Number, "Degrees WGS 84."),
                            ["lng"] = Member(JsonSchemaType.Number, "Degrees WGS 84."),
                            ["accuracy"] = Member(JsonSchemaType.Number, "Metres."),
                            ["speed"] = Member(JsonSchemaType.Number, "Metres per second."),
                            ["heading"] = Member(JsonSchemaType.Number, "Degrees clockwise from true north."),
                            ["altitude"] = Member(JsonSchemaType.Number, "Metres."),
                            ["battery"] = Member(JsonSchemaType.Number, "0 to 1."),
                            ["charging"] = Member(JsonSchemaType.Boolean, "Whether the phone is being charged."),
                            ["mock"] = Member(JsonSchemaType.Boolean, "Whether a program made the position up."),
                        },
                    },
                },
            },
        },
    };

    private static OpenApiSchema Member(JsonSchemaType type, string description) => new() { Type = type, Description = description };

    private static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses) endpoint.ProducesProblem(status, Problem.ContentType);
        return endpoint;
    }
}
