using RideTracker.LoadTest.Formats;

namespace RideTracker.LoadTest.Peers;

/// <summary>A position as an HTTP POST to its topic.</summary>
/// <param name="path">The path up to the topic.</param>
internal sealed class PostPositionFormat(string path) : IMessageFormat
{
    private readonly byte[] _begin = System.Text.Encoding.ASCII.GetBytes($"POST {path}");

    public int MaxLength => _begin.Length + 200 + PositionJson.MaxLength;

    public int Write(Span<byte> to, int topic, long number, long fixTimeMs, long sentNs)
    {
        Span<byte> body = stackalloc byte[PositionJson.MaxLength];
        var json = new ByteWriter(body);
        PositionJson.Write(ref json, topic, sentNs);
        var request = new ByteWriter(to);
        request.Text(_begin);
        request.Number(topic);
        request.Text(" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "u8);
        request.Number(json.Length);
        request.Text("\r\n\r\n"u8);
        request.Text(json.Written);
        return request.Length;
    }
}
