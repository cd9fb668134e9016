using System.Text.Json;
using System.Text.Json.Serialization;
using RideTracker.Records.Api;

namespace RideTracker.Records.Events;

/// <summary>An event as clients and webhooks see it.</summary>
/// <param name="Number">Its place in the log; rises, may leave numbers out.</param>
/// <param name="Kind">enter, exit, dwell, arrival, trip-status.</param>
/// <param name="Time">When it happened: Unix ms; of a crossing by the phone's clock.</param>
/// <param name="Trip">The trip that it belongs to.</param>
/// <param name="Driver">The driver that it is about.</param>
/// <param name="Geofence">The geofence's id.</param>
/// <param name="Data">Further members, by kind.</param>
internal sealed record EventView(long Number, string Kind, long Time, string? Trip, string? Driver, string? Geofence, JsonElement? Data)
{
    public static EventView Of(EventRow row) => new(
        row.Number!.Value, row.Kind, row.At.ToUnixTimeMilliseconds(), row.Trip, row.Driver, row.Geofence, row.Data is null ? null : JsonElement.Parse(row.Data));

    /// <summary>The JSON, on one line.</summary>
    public static string Json(EventRow row) => JsonSerializer.Serialize(Of(row), ApiJson.Options);
}

/// <summary>A page of the log.</summary>
/// <param name="Items">Oldest first.</param>
/// <param name="Next">For <c>?after=</c>: what comes later is what came after this page.</param>
/// <param name="More">Whether there is more already.</param>
/// <param name="Reset">Events between <c>after</c> and the first of these were deleted, or the log was restored: some may have been missed.</param>
internal sealed record EventPage(IReadOnlyList<EventView> Items, long Next, bool More, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Reset);
