using System.Globalization;
using System.Text.Json.Nodes;
using Json.Schema;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RideTracker.Tests.Docs;

/// <summary>Reads the written documents of the wire and says what a value breaks of their schemas.</summary>
internal static class WrittenWire
{
    private const string Base = "https://ridetracker.example/docs/";

    /// <summary><c>docs/wire-schemas.json</c>.</summary>
    public static JsonObject Schemas { get; } = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "wire-schemas.json")))!.AsObject();

    /// <summary><c>docs/asyncapi.yaml</c> as JSON.</summary>
    public static JsonObject AsyncApi { get; } = ReadYaml(Path.Combine(RepositoryRoot(), "docs", "asyncapi.yaml")).AsObject();

    /// <summary>What is wrong with the value: nothing if it keeps to the schema. A member that the schema does not name is wrong too.</summary>
    /// <param name="schema">May refer to <c>wire-schemas.json</c>.</param>
    /// <param name="value">The value.</param>
    public static IReadOnlyList<string> Breaches(JsonNode schema, JsonNode? value)
    {
        var options = new EvaluationOptions { OutputFormat = OutputFormat.List };
        options.SchemaRegistry.Register(new Uri(Base + "wire-schemas.json"), JsonSchema.FromText(Closed(Schemas).ToJsonString()));
        var whole = Closed(schema);
        whole["$id"] = Base + "one";
        var result = JsonSchema.FromText(whole.ToJsonString()).Evaluate(value, options);
        if (result.IsValid) return [];
        return [.. result.Details.Where(detail => detail.HasErrors).SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}"))];
    }

    /// <summary>The schema of one name in <c>wire-schemas.json</c>.</summary>
    public static JsonNode SchemaOf(string name) => new JsonObject { ["$ref"] = $"wire-schemas.json#/$defs/{name}" };

    // On the wire unknown members are passed over; what is written down must name all that there are.
    private static JsonNode Closed(JsonNode schema)
    {
        var copy = schema.DeepClone();
        Close(copy);
        return copy;
    }

    private static void Close(JsonNode? node)
    {
        if (node is JsonArray items) foreach (var item in items) Close(item);
        if (node is not JsonObject members) return;
        foreach (var (name, member) in members.ToList()) if (name is not ("examples" or "enum" or "const")) Close(member);
        if (members["properties"] is JsonObject && members.ContainsKey("type")) members["additionalProperties"] = false;
    }

    private static JsonNode ReadYaml(string path)
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(path);
        yaml.Load(reader);
        return ToJson(yaml.Documents[0].RootNode)!;
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, ToJson(pair.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(ToJson)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value!),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new InvalidOperationException($"No JSON for {node.NodeType}."),
    };

    // YAML's core schema, as far as it is used here.
    private static JsonValue? Plain(string text) => text switch
    {
        "null" or "~" or "" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        _ when double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "RideTracker.sln"))) folder = folder.Parent ?? throw new InvalidOperationException("The tests don't run from the repository.");
        return folder.FullName;
    }
}
