using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace RideTracker.Records.Api;

/// <summary>Says in the OpenAPI document what is true of all of Records.</summary>
internal sealed class RecordsDocument : IOpenApiDocumentTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "RideTracker Records",
            Version = "1",
            Description = "Trips, drivers, tokens, trails, geofences and events (docs/protocol.md, section 4). Errors are RFC 9457 problems whose `detail` names the field. Times are Unix ms, places degrees WGS 84.",
        };
        // Where it is reached is the deployment's to say.
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT" };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] }];
        return Task.CompletedTask;
    }
}
