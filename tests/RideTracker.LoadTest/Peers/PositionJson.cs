using RideTracker.LoadTest.Formats;

namespace RideTracker.LoadTest.Peers;

/// <summary>Writes a <see cref="Position"/> as its JSON.</summary>
internal static class PositionJson
{
    /// <summary>No position is longer, in bytes.</summary>
    public const int MaxLength = 160;

    public static void Write(ref ByteWriter to, int topic, long sentNs)
    {
        to.Text("{\"driver\":\"d"u8);
        to.Number(topic);
        to.Text("\",\"lat\":37.7749295,\"lng\":-122.4194155,\"speed\":8.4,\"course\":187,\"t\":"u8);
        to.Number(sentNs);
        to.Text("}"u8);
    }
}
