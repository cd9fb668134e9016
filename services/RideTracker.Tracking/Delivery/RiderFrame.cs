using System.Text.Json;

namespace RideTracker.Tracking.Delivery;

/// <summary>What a rider's client says on its WebSocket: <c>{"ping":n}</c>, <c>{"seen":ms}</c>. Other members are passed over, so that clients may say more in later versions.</summary>
/// <param name="Ping">What a ping is to be answered with, as it was written.</param>
/// <param name="SeenMs">How old the picture is that the client shows, in milliseconds, whatever number it told.</param>
internal readonly record struct RiderFrame(byte[]? Ping, double? SeenMs)
{
    private const int MaxPingBytes = 64;

    /// <summary>Reads a frame; false for what is no JSON object.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out RiderFrame frame)
    {
        frame = default;
        try
        {
            var reader = new Utf8JsonReader(text);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isPing = reader.ValueTextEquals("ping"u8);
                var isSeen = reader.ValueTextEquals("seen"u8);
                reader.Read();
                if (isSeen && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var age)) frame = frame with { SeenMs = age };
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                var value = text[start..(int)reader.BytesConsumed];
                if (isPing && value.Length <= MaxPingBytes) frame = frame with { Ping = value.ToArray() };
            }

            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
