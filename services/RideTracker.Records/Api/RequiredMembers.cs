using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace RideTracker.Records.Api;

/// <summary>
/// Says in the OpenAPI document which members are always there. What is unknown is left out and never null; of a body the members are nullable in the code, so that what
/// is missing can be named, and required where they say <see cref="RequiredAttribute"/>.
/// </summary>
internal sealed class RequiredMembers : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonPropertyInfo is not null || schema.Properties is null) return Task.CompletedTask;
        var nullability = new NullabilityInfoContext();
        foreach (var member in context.JsonTypeInfo.Properties)
        {
            if (member.AttributeProvider is not PropertyInfo property || !schema.Properties.TryGetValue(member.Name, out var described)) continue;
            if (nullability.Create(property).ReadState != NullabilityState.Nullable) continue;
            if (property.IsDefined(typeof(RequiredAttribute))) (schema.Required ??= new HashSet<string>()).Add(member.Name);
            else schema.Required?.Remove(member.Name);
            if (described is OpenApiSchema { Type: { } type } own) own.Type = type & ~JsonSchemaType.Null;
        }

        return Task.CompletedTask;
    }
}
