using System.Text.Json.Nodes;

namespace RideTracker.Tracking.Hosting.OpenApi;

/// <summary>The written descriptions of the wire that are built into the node, and where it serves them.</summary>
public static class WireDocuments
{
    /// <summary>Frames and events, AsyncAPI 3: <c>docs/asyncapi.yaml</c>.</summary>
    public const string AsyncApi = "asyncapi.yaml";

    /// <summary>The JSON of every message, for both documents: <c>docs/wire-schemas.json</c>.</summary>
    public const string Schemas = "wire-schemas.json";

    private const string Operations = "openapi.json";

    /// <summary>Maps <c>/asyncapi/v1.yaml</c> and the schemas that it refers to.</summary>
    public static IEndpointRouteBuilder MapWireDocuments(this IEndpointRouteBuilder endpoints)
    {
        Map("/asyncapi/v1.yaml", AsyncApi, "application/yaml");
        Map($"/asyncapi/{Schemas}", Schemas, "application/schema+json");
        return endpoints;

        void Map(string address, string resource, string mediaType)
        {
            var text = Read(resource);
            endpoints.MapGet(address, () => TypedResults.Bytes(text, mediaType)).AllowAnonymous().ExcludeFromDescription();
        }
    }

    /// <summary>The written OpenAPI document with the schemas in it, and a HEAD for each GET.</summary>
    internal static JsonObject OpenApi()
    {
        var document = Parse(Read(Operations));
        var schemas = JsonNode.Parse(Read(Schemas))!["$defs"]!.ToJsonString().Replace("\"#/$defs/", "\"#/components/schemas/", StringComparison.Ordinal);
        document["components"]!["schemas"] = JsonNode.Parse(schemas);
        foreach (var (_, path) in document["paths"]!.AsObject())
        {
            if (path!["get"] is { } get) path["head"] = HeadOf(get);
        }

        return document;
    }

    // The same answer without its body.
    private static JsonNode HeadOf(JsonNode get)
    {
        var head = get.DeepClone();
        head["operationId"] = get["operationId"]!.GetValue<string>() + "Head";
        head["summary"] = get["summary"]!.GetValue<string>() + ": headers only";
        var responses = head["responses"]!.AsObject();
        // A HEAD asks what a plain GET would say: it opens nothing.
        responses.Remove("101");
        responses.Remove("204");
        foreach (var (_, response) in responses) (response as JsonObject)?.Remove("content");
        return head;
    }

    private static JsonObject Parse(byte[] utf8) => JsonNode.Parse(utf8)!.AsObject();

    private static byte[] Read(string resource)
    {
        using var stream = typeof(WireDocuments).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not built into the node.");
        var text = new byte[stream.Length];
        stream.ReadExactly(text);
        return text;
    }
}
