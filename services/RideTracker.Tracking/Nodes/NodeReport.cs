using System.Text.Json.Serialization;

namespace RideTracker.Tracking.Nodes;

/// <summary>How one tracking node fares, as it tells the others.</summary>
/// <param name="Id">The node's name and a tail that is another at each start.</param>
/// <param name="Version">Of the program.</param>
/// <param name="StartedAt">When it was started, Unix ms by its clock.</param>
/// <param name="HeardAt">When it told this, Unix ms by its clock.</param>
/// <param name="Status"><c>ready</c>, <c>draining</c>, or <c>not-ready</c>: it does not hear what the hub publishes.</param>
/// <param name="Drivers">Drivers' open connections.</param>
/// <param name="Riders">Riders and dispatchers.</param>
/// <param name="FixesPerSecond">Accepted fixes.</param>
/// <param name="RejectedPerSecond">Rejected fixes.</param>
/// <param name="DeliveriesPerSecond">States written to riders and dispatchers.</param>
/// <param name="SeenMs">How old the pictures of its riders were in the last five minutes; none if nobody told.</param>
public sealed record NodeReport(
    string Id, string Version, long StartedAt, long HeardAt, string Status, int Drivers, NodeRiders Riders, double FixesPerSecond, double RejectedPerSecond, double DeliveriesPerSecond, SeenAges? SeenMs);

/// <summary>Riders of a node by strategy.</summary>
/// <param name="Sse">Open event streams.</param>
/// <param name="WebSocket">Open WebSockets.</param>
/// <param name="LongPoll">Polls that are held.</param>
/// <param name="Poll">Short pollers: reckoned from the polls, as if each came at the interval that nodes ask for.</param>
public sealed record NodeRiders(
    int Sse,
    [property: JsonPropertyName("websocket")] int WebSocket,
    [property: JsonPropertyName("long-poll")] int LongPoll,
    int Poll);

/// <summary>Ages that half and 99 of 100 pictures did not exceed, in milliseconds.</summary>
public sealed record SeenAges(double P50, double P99);

/// <summary><c>GET /v1/nodes</c>.</summary>
/// <param name="Now">The answering node's clock, Unix ms.</param>
/// <param name="Nodes">By id.</param>
public sealed record NodeList(long Now, IReadOnlyList<NodeReport> Nodes);

[JsonSerializable(typeof(NodeReport))]
[JsonSerializable(typeof(NodeList))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class NodesJson : JsonSerializerContext;
