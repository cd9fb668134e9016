using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Protocol.Fixes;
using RideTracker.Tracking.Ingest;

namespace RideTracker.Tests.Docs;

/// <summary>docs/asyncapi.yaml: its examples keep to their schemas, and the node's own code reads and writes them.</summary>
public class AsyncApiTests
{
    private static readonly string[] HubMessages = ["hubReport", "hubReportDone", "hubAdvise", "hubTrip", "hubDrain"];

    public static TheoryData<string> AllMessages => [.. Messages.Select(message => message.Key)];

    public static TheoryData<string> AllHubMessages => [.. HubMessages];

    private static JsonObject Document => WrittenWire.AsyncApi;

    private static JsonObject Messages => Document["components"]!["messages"]!.AsObject();

    [Theory]
    [MemberData(nameof(AllMessages))]
    public void Examples_KeepToTheirSchema(string message)
    {
        var examples = Payloads(message);
        Assert.NotEmpty(examples);
        foreach (var example in examples) Assert.Empty(WrittenWire.Breaches(Messages[message]!["payload"]!, example));
    }

    [Fact]
    public void EveryMessage_IsOnAChannelAndInAnOperation()
    {
        var onChannels = Document["channels"]!.AsObject().SelectMany(channel => channel.Value!["messages"]!.AsObject().Select(message => message.Value!["$ref"]!.GetValue<string>())).ToList();
        Assert.Equal(Messages.Select(message => $"#/components/messages/{message.Key}").Order(), onChannels.Distinct().Order());
        var inOperations = Document["operations"]!.AsObject()
            .SelectMany(operation => operation.Value!["messages"]!.AsArray().Concat(operation.Value["reply"]?["messages"]?.AsArray() ?? []))
            .Select(message => message!["$ref"]!.GetValue<string>()).ToList();
        var offered = Document["channels"]!.AsObject().SelectMany(channel => channel.Value!["messages"]!.AsObject().Select(message => $"#/channels/{channel.Key}/messages/{message.Key}"));
        Assert.Equal(offered.Order(), inOperations.Order());
    }

    [Fact]
    public void Reports_AreReadByTheNode()
    {
        foreach (var example in Payloads("report"))
        {
            var read = ReportReader.ReadFrame(Encoding.UTF8.GetBytes(example!.ToJsonString()), maxFixes: 500);
            Assert.Null(read.Error);
            var fixes = example["fixes"]!.AsArray();
            Assert.Equal(fixes.Select(fix => fix!["time"]!.GetValue<long>()), read.Fixes!.Select(fix => fix.FixTimeMs));
            Assert.Equal(fixes.Select(fix => fix!["lat"]!.GetValue<double>()), read.Fixes!.Select(fix => fix.Latitude));
        }
    }

    [Fact]
    public void Acks_AreWhatTheNodeWrites()
    {
        foreach (var example in Payloads("ack"))
        {
            var ack = example!["ack"].Deserialize<Ack>()!;
            var rejected = ack.Rejected.Select(one => (one.Report!.Value, new RefusedFix(one.Index, ReasonOf(one.Reason)))).ToList();
            AssertWritten(example["ack"], writer => AckWriter.Write(writer, ack.Reports, ack.Accepted, ack.Duplicates, rejected, ack.Now, ack.Hub, ack.Advice));
        }
    }

    [Fact]
    public void AdviceAndErrors_AreWhatTheNodeWrites()
    {
        foreach (var example in Payloads("advise")) AssertWritten(example!["advise"], writer => AckWriter.WriteAdvice(writer, example["advise"].Deserialize<Advice>()!));
        var problems = new[] { Problems.MalformedBody, Problems.HubUnavailable }.ToDictionary(problem => problem.Type);
        foreach (var example in Payloads("error"))
        {
            var error = example!["error"]!;
            AssertWritten(error, writer => problems[error["type"]!.GetValue<string>()].Write(
                writer,
                error["detail"]!.GetValue<string>(),
                error["retryAfterMs"] is { } delay ? TimeSpan.FromMilliseconds(delay.GetValue<long>()) : null,
                error["report"] is { } report ? more => more.WriteNumber("report"u8, report.GetValue<long>()) : null));
        }
    }

    [Theory]
    [MemberData(nameof(AllHubMessages))]
    public void HubMessages_AreReadBySignalR(string message)
    {
        foreach (var example in Payloads(message))
        {
            var record = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(example!.ToJsonString() + '\u001e'));
            Assert.True(new JsonHubProtocol().TryParseMessage(ref record, new HubTypes(), out var read));
            switch (read)
            {
                case InvocationMessage call:
                    Assert.Equal(example["target"]!.GetValue<string>(), call.Target);
                    Assert.Single(call.Arguments);
                    break;
                case CompletionMessage done:
                    Assert.Equal(example["error"]?.GetValue<string>(), done.Error);
                    Assert.Equal(done.Error is null, done.Result is Ack { Accepted: 1 });
                    break;
                default:
                    Assert.Fail($"{read} is none of the messages that are written down.");
                    break;
            }
        }
    }

    [Fact]
    public void HubCalls_AreThoseOfTheNode()
    {
        var calls = HubMessages.Select(name => Messages[name]!["payload"]!["properties"]!["target"]?["const"]?.GetValue<string>()).OfType<string>();
        Assert.Equal(new[] { nameof(DriverHub.Report) }.Concat(typeof(IDriverClient).GetMethods().Select(method => method.Name)).Order(), calls.Order());
    }

    private static IReadOnlyList<JsonNode?> Payloads(string message) => [.. Messages[message]!["examples"]!.AsArray().Select(example => example!["payload"])];

    private static RejectReason ReasonOf(string word) => Enum.GetValues<RejectReason>().Single(reason => reason.ToWire() == word);

    private static void AssertWritten(JsonNode? example, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) write(writer);
        var written = JsonNode.Parse(buffer.WrittenSpan);
        Assert.True(JsonNode.DeepEquals(example, written), $"{example?.ToJsonString()} is written as {written?.ToJsonString()}");
    }

    /// <summary>What SignalR must know to read a message: the types of arguments and results.</summary>
    private sealed class HubTypes : IInvocationBinder
    {
        public IReadOnlyList<Type> GetParameterTypes(string methodName) => methodName switch
        {
            nameof(DriverHub.Report) => [typeof(DriverFix[])],
            nameof(IDriverClient.Advise) => [typeof(Advice)],
            nameof(IDriverClient.Drain) => [typeof(DrainNotice)],
            _ => [typeof(JsonElement)],
        };

        public Type GetReturnType(string invocationId) => typeof(Ack);

        public Type GetStreamItemType(string streamId) => typeof(object);
    }
}
