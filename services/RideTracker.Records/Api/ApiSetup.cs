using RideTracker.Hosting;
using RideTracker.Records.Database;

namespace RideTracker.Records.Api;

/// <summary>Puts into a host what all of Records' resources share.</summary>
public static class ApiSetup
{
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddCheckedOptions<ApiOptions>(ApiOptions.Section);
        services.AddSingleton<Idempotency>();
        services.AddSingleton<IExpires, OldKeys>();
        services.ConfigureHttpJsonOptions(json => ApiJson.Apply(json.SerializerOptions));
        return services;
    }

    /// <summary>Writes down with which problems an endpoint may answer.</summary>
    public static RouteHandlerBuilder WithProblems(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (var status in statuses) endpoint.ProducesProblem(status, Problem.ContentType);
        return endpoint;
    }

    /// <summary>Writes down that an endpoint honours <c>Idempotency-Key</c>, and <c>If-Match</c> where it changes a version.</summary>
    public static RouteHandlerBuilder WithRequestHeader(this RouteHandlerBuilder endpoint, string name, string description) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new Microsoft.OpenApi.OpenApiParameter
            {
                Name = name,
                In = Microsoft.OpenApi.ParameterLocation.Header,
                Description = description,
                Schema = new Microsoft.OpenApi.OpenApiSchema { Type = Microsoft.OpenApi.JsonSchemaType.String },
            });
            return Task.CompletedTask;
        });

    /// <summary>Puts an example of the request's body into the OpenAPI document; a test sends it to a real host.</summary>
    public static RouteHandlerBuilder WithExample(this RouteHandlerBuilder endpoint, string json) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            foreach (var content in operation.RequestBody?.Content?.Values ?? []) content.Example = System.Text.Json.Nodes.JsonNode.Parse(json);
            return Task.CompletedTask;
        });
}
