using System.Text.Json;

namespace RideTracker.Client.Watching;

/// <summary>Lets through only trip states that are news, and none whose vehicle's time is before what was shown.</summary>
internal sealed class TripFold : IFold<TripState>
{
    private TripState? _last;
    private long _newestMs = long.MinValue;

    public TripState? Accept(ReadOnlySpan<byte> json, out string cursor)
    {
        var state = JsonSerializer.Deserialize(json, RiderJson.Default.TripState) ?? throw new JsonException("The server sent null for a state.");
        cursor = state.Cursor;
        var last = _last;
        if (last is not null && state.Cursor == last.Cursor && !state.Reset) return null;
        if (state.Vehicle is { } vehicle)
        {
            if (vehicle.FixTimeMs >= _newestMs)
            {
                _newestMs = vehicle.FixTimeMs;
            }
            else
            {
                // A node behind the one before, or another driver. The trip's own news are shown; of the car, what is known.
                if (last is not null && state.Version <= last.Version) return null;
                state = state with { Vehicle = state.Driver == last?.Driver ? last?.Vehicle : null, Path = [] };
            }
        }

        return _last = state;
    }

    public TripState Replace(TripState waiting, TripState newer) => waiting.Reset && !newer.Reset ? newer with { Reset = true } : newer;
}
