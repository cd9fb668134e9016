using System.Text.Json;
using System.Text.Json.Serialization;

namespace RideTracker.Protocol.Trips;

/// <summary>
/// A car was seen to arrive at the next stop of its trip: one element of the list <see cref="Hub.HubKeys.Arrivals"/>, which the hub appends to in the very
/// call that takes the fix (accept.lua), once for each trip and stop. Its reader moves the trip on, and writes it.
/// </summary>
/// <param name="Trip">The trip it is on.</param>
/// <param name="Driver">Who drives.</param>
/// <param name="Stop">Where it arrived.</param>
/// <param name="Version">The trip's version that the hub had then.</param>
/// <param name="FixTimeMs">The time of the fix that settled it (the phone's clock, Unix ms).</param>
/// <param name="Latitude">Of that fix, in degrees WGS 84.</param>
/// <param name="Longitude">Of that fix, in degrees WGS 84.</param>
public sealed record Arrival(TripId Trip, DriverId Driver, TripStop Stop, int Version, long FixTimeMs, double Latitude, double Longitude)
{
    /// <summary>Reads what accept.lua wrote: <c>{"trip","driver","stop":"pickup|dropoff","version","time","lat","lng"}</c>; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> json, out Arrival? arrival)
    {
        arrival = null;
        try
        {
            if (JsonSerializer.Deserialize(json, ArrivalJson.Default.ArrivalElement) is not { Stop: "pickup" or "dropoff" } read
                || !TripId.TryParse(read.Trip, out var trip) || !DriverId.TryParse(read.Driver, out var driver)) return false;
            arrival = new Arrival(trip, driver, read.Stop == "pickup" ? TripStop.Pickup : TripStop.Dropoff, read.Version, read.Time, read.Lat, read.Lng);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>Which of a trip's stops.</summary>
public enum TripStop
{
    Pickup,
    Dropoff,
}

internal sealed record ArrivalElement(string Trip, string Driver, string Stop, int Version, long Time, double Lat, double Lng);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ArrivalElement))]
internal sealed partial class ArrivalJson : JsonSerializerContext;
