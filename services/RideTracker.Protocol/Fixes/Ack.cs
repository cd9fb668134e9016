using System.Runtime.Serialization;
using System.Text.Json.Serialization;

namespace RideTracker.Protocol.Fixes;

/// <summary>
/// What the server settled: <see cref="Accepted"/> + <see cref="Duplicates"/> + the number of <see cref="Rejected"/> = the fixes settled by it.
/// The data contract gives the MessagePack names; JSON has the same.
/// </summary>
/// <param name="Accepted">Fixes that the hub has taken now, for the live view and the history.</param>
/// <param name="Duplicates">Fixes that the hub had already.</param>
/// <param name="Rejected">Fixes that were refused; they are not to be sent again.</param>
/// <param name="Now">The server's clock, Unix time in milliseconds.</param>
/// <param name="Hub">Opaque name of the hub's incarnation. When it changes, send again what was settled within the last 60 s.</param>
/// <param name="Advice">How often to report, if that is to change.</param>
[DataContract]
public sealed record Ack(
    [property: DataMember(Name = "accepted"), JsonPropertyName("accepted")] int Accepted,
    [property: DataMember(Name = "duplicates"), JsonPropertyName("duplicates")] int Duplicates,
    [property: DataMember(Name = "rejected"), JsonPropertyName("rejected")] IReadOnlyList<Rejection> Rejected,
    [property: DataMember(Name = "now"), JsonPropertyName("now")] long Now,
    [property: DataMember(Name = "hub"), JsonPropertyName("hub")] string Hub,
    [property: DataMember(Name = "advice"), JsonPropertyName("advice"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Advice? Advice = null)
{
    /// <summary>On the plain WebSocket only: settles all reports 1 to this number of the connection.</summary>
    [IgnoreDataMember, JsonPropertyName("reports"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Reports { get; init; }
}

/// <summary>One refused fix.</summary>
/// <param name="Report">On the plain WebSocket only: the number of its report on this connection, from 1.</param>
/// <param name="Index">Its place in the report, from 0.</param>
/// <param name="Reason">One of the words of <see cref="RejectReasons.ToWire"/>.</param>
[DataContract]
public sealed record Rejection(
    [property: DataMember(Name = "report"), JsonPropertyName("report"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Report,
    [property: DataMember(Name = "index"), JsonPropertyName("index")] int Index,
    [property: DataMember(Name = "reason"), JsonPropertyName("reason")] string Reason);

/// <summary>How often a driver should report.</summary>
/// <param name="IntervalMs">Milliseconds between two fixes.</param>
/// <param name="MinDistance">Metres to have moved before a fix is worth sending; 0 = send all.</param>
[DataContract]
public sealed record Advice(
    [property: DataMember(Name = "intervalMs"), JsonPropertyName("intervalMs")] int IntervalMs,
    [property: DataMember(Name = "minDistance"), JsonPropertyName("minDistance")] double MinDistance);
