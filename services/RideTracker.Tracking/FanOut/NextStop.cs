using System.Text.Json;
using RideTracker.Protocol.Trips;

namespace RideTracker.Tracking.FanOut;

/// <summary>Where a trip's car drives to.</summary>
/// <param name="Latitude">Degrees WGS 84.</param>
/// <param name="Longitude">Degrees WGS 84.</param>
public readonly record struct NextStop(double Latitude, double Longitude)
{
    /// <summary>Reads it from what TripProjection writes; null where nothing is said of it.</summary>
    /// <param name="status">Until the trip has begun it is the pickup, also while the car waits there.</param>
    /// <param name="shared">The trip's own members, as the inside of a JSON object.</param>
    public static NextStop? Of(TripStatus status, ReadOnlySpan<byte> shared)
    {
        if (status.IsOver()) return null;
        var name = status == TripStatus.EnrouteToDropoff ? "dropoff"u8 : "pickup"u8;
        byte[] whole = [(byte)'{', .. shared, (byte)'}'];
        var reader = new Utf8JsonReader(whole);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var wanted = reader.ValueTextEquals(name);
                reader.Read();
                if (wanted) return Place(ref reader);
                reader.Skip();
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException)
        {
            // Not written by TripProjection: then there is no stop to estimate to.
        }

        return null;
    }

    private static NextStop? Place(ref Utf8JsonReader reader)
    {
        double? lat = null, lng = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isLat = reader.ValueTextEquals("lat"u8);
            var isLng = reader.ValueTextEquals("lng"u8);
            reader.Read();
            if (isLat) lat = reader.GetDouble();
            else if (isLng) lng = reader.GetDouble();
            else reader.Skip();
        }

        return lat is { } latitude && lng is { } longitude ? new NextStop(latitude, longitude) : null;
    }
}
