using System.Text.Json.Nodes;
using RideTracker.Protocol.Fixes;
using RideTracker.Tracking.Hosting.OpenApi;

namespace RideTracker.Tests.Docs;

/// <summary>docs/wire-schemas.json: each schema has examples, and they keep to it.</summary>
public class WireSchemasTests
{
    public static TheoryData<string> Names => [.. Defs.Select(schema => schema.Key)];

    private static JsonObject Defs => WrittenWire.Schemas["$defs"]!.AsObject();

    [Theory]
    [MemberData(nameof(Names))]
    public void Examples_KeepToTheirSchema(string name)
    {
        var examples = Defs[name]!["examples"]!.AsArray();
        Assert.NotEmpty(examples);
        foreach (var example in examples) Assert.Empty(WrittenWire.Breaches(WrittenWire.SchemaOf(name), example));
    }

    [Theory]
    [InlineData("TripState", """{"cursor":"c","trip":"t","status":"lost","version":1,"path":[],"stale":false,"nextUpdateMs":1000}""")]
    [InlineData("TripState", """{"cursor":"c","trip":"t","status":"new","version":1,"path":[[1,2]],"stale":false,"nextUpdateMs":1000}""")]
    [InlineData("Vehicle", """{"id":"d","lat":91,"lng":0,"time":1,"status":"idle"}""")]
    [InlineData("Ack", """{"accepted":1,"duplicates":0,"rejected":[{"index":0,"reason":"dull"}],"now":1,"hub":"h"}""")]
    [InlineData("Ack", """{"accepted":1,"duplicates":0,"rejected":[],"now":1,"hub":"h","unheardOf":1}""")]
    [InlineData("Problem", """{"type":"/problems/x","title":"x","detail":"x"}""")]
    public void WhatIsNotOfTheWire_IsFound(string name, string json) => Assert.NotEmpty(WrittenWire.Breaches(WrittenWire.SchemaOf(name), JsonNode.Parse(json)));

    [Fact]
    public void Reasons_AreThoseOfTheChecks()
    {
        var written = Defs["Rejection"]!["properties"]!["reason"]!["enum"]!.AsArray().Select(reason => reason!.GetValue<string>());
        Assert.Equal(Enum.GetValues<RejectReason>().Select(reason => reason.ToWire()), written);
    }

    [Fact]
    public void OpenApi_HasExamplesThatKeepToTheirSchemas()
    {
        var document = WireDocuments.OpenApi();
        var shown = 0;
        foreach (var content in ContentsIn(document))
        {
            if (content["schema"]?["$ref"]?.GetValue<string>() is not { } reference) continue;
            Assert.True(content.ContainsKey("example"), $"{content.GetPath()} has no example");
            Assert.Empty(WrittenWire.Breaches(WrittenWire.SchemaOf(reference.Split('/')[^1]), content["example"]));
            shown++;
        }

        Assert.True(shown > 10, $"only {shown} examples");
    }

    [Fact]
    public void OpenApi_NamesOnlyWhatItHas()
    {
        var document = WireDocuments.OpenApi();
        var references = Everything(document).OfType<JsonObject>().Select(node => node["$ref"] as JsonValue).OfType<JsonValue>().Select(value => value.GetValue<string>()).Distinct().ToList();
        Assert.NotEmpty(references);
        foreach (var reference in references)
        {
            JsonNode? at = document;
            foreach (var step in reference.Split('/').Skip(1)) at = at?[step];
            Assert.True(at is not null, $"{reference} leads nowhere");
        }

        var names = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(operation => operation.Value!["operationId"]!.GetValue<string>()).ToList();
        Assert.Equal(names.Distinct(), names);
    }

    private static IEnumerable<JsonObject> ContentsIn(JsonNode document) =>
        Everything(document).OfType<JsonObject>().Select(node => node["content"]).OfType<JsonObject>().SelectMany(content => content.Select(type => type.Value!.AsObject()));

    private static IEnumerable<JsonNode> Everything(JsonNode node)
    {
        yield return node;
        var inside = node switch
        {
            JsonObject members => members.Select(member => member.Value),
            JsonArray items => items,
            _ => [],
        };
        foreach (var below in inside.OfType<JsonNode>().SelectMany(Everything)) yield return below;
    }
}
