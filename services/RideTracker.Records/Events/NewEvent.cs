using System.Text.Json.Nodes;
using RideTracker.Protocol;

namespace RideTracker.Records.Events;

/// <summary>Something that happened, before it has its number.</summary>
/// <param name="Kind">One of <see cref="EventKinds"/>.</param>
/// <param name="At">When it happened; for a crossing by the phone's clock.</param>
/// <param name="Trip">The trip that it belongs to.</param>
/// <param name="Driver">The driver that it is about.</param>
/// <param name="Geofence">The geofence's id.</param>
/// <param name="Data">Further members, as <c>docs/protocol.md</c> lists them by kind.</param>
public sealed record NewEvent(string Kind, DateTimeOffset At, TripId? Trip, DriverId? Driver, string? Geofence, JsonObject? Data);
