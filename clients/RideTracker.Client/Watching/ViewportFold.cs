using System.Text.Json;

namespace RideTracker.Client.Watching;

/// <summary>Merges a viewport's messages (whole, changes, gone) into the full set of its vehicles.</summary>
internal sealed class ViewportFold : IFold<ViewportState>
{
    private ViewportState? _last;

    public ViewportState? Accept(ReadOnlySpan<byte> json, out string cursor)
    {
        var message = JsonSerializer.Deserialize(json, RiderJson.Default.ViewportMessage) ?? throw new JsonException("The server sent null for a state.");
        cursor = message.Cursor;
        if (message.Cursor == _last?.Cursor && !message.Reset) return null;
        var before = _last?.Vehicles;
        var vehicles = message.Whole || before is null ? [] : new Dictionary<string, ViewportVehicle>(before);
        foreach (var vehicle in message.Vehicles ?? [])
        {
            // An older fix moves no car back; its status and staleness are still the latest.
            vehicles[vehicle.Id] = before is not null && before.TryGetValue(vehicle.Id, out var known) && vehicle.FixTimeMs < known.FixTimeMs
                ? vehicle with { Latitude = known.Latitude, Longitude = known.Longitude, FixTimeMs = known.FixTimeMs }
                : vehicle;
        }

        foreach (var id in message.Gone ?? []) vehicles.Remove(id);
        return _last = new ViewportState(message.Cursor, vehicles, message.Reset);
    }

    public ViewportState Replace(ViewportState waiting, ViewportState newer) => waiting.Reset && !newer.Reset ? newer with { Reset = true } : newer;
}
