using System.Text.Json.Serialization;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Tracking.Ingest;

/// <summary>JSON of the HTTP twin, generated at build time.</summary>
[JsonSerializable(typeof(Ack))]
[JsonSerializable(typeof(DriverFix[]))]
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
internal sealed partial class IngestJson : JsonSerializerContext;
