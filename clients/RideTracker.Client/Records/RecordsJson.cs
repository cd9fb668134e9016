using System.Text.Json.Serialization;
using RideTracker.Client.Doors;
using RideTracker.Protocol.Trips;

namespace RideTracker.Client.Records;

/// <summary>Source-generated JSON of what Records is told and says.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NewTrip))]
[JsonSerializable(typeof(Assignment))]
[JsonSerializable(typeof(PlannedLine))]
[JsonSerializable(typeof(DriverCard))]
[JsonSerializable(typeof(TokenWish))]
[JsonSerializable(typeof(RecordedTrip))]
[JsonSerializable(typeof(TripPage))]
[JsonSerializable(typeof(IssuedToken))]
[JsonSerializable(typeof(ProblemNotice))]
internal sealed partial class RecordsJson : JsonSerializerContext;

internal sealed record NewTrip(string Rider, Stop Pickup, Stop Dropoff);

internal sealed record Assignment(string Driver);

internal sealed record PlannedLine(IReadOnlyList<double[]> Line, double Seconds);

internal sealed record TokenWish(string Role, string Sub, string? Trip, long Ttl);

internal sealed record TripPage(IReadOnlyList<RecordedTrip> Items);
