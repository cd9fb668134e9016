using System.Buffers;
using System.Text;
using RideTracker.Tracking.Hosting.Handover;

namespace RideTracker.Tests.Hosting;

/// <summary>Chunks of a body that is written without the server.</summary>
public sealed class HttpChunkTests
{
    [Theory]
    [InlineData("", "data", "4\r\ndata\r\n")]
    [InlineData("retry: 1\n", "data: {}\n\n", "13\r\nretry: 1\ndata: {}\n\n\r\n")]
    public void TwoTexts_AreOneChunk(string head, string text, string expected)
    {
        var written = new ArrayBufferWriter<byte>();

        HttpChunk.Write(written, Encoding.ASCII.GetBytes(head), Encoding.ASCII.GetBytes(text));

        Assert.Equal(expected, Encoding.ASCII.GetString(written.WrittenSpan));
    }

    [Theory]
    [InlineData(4_083)]
    [InlineData(4_084)]
    [InlineData(4_085)]
    [InlineData(70_000)]
    public void TextOfAnyLength_IsOneChunkOfThatLength(int length)
    {
        var written = new ArrayBufferWriter<byte>();
        var text = new string('x', length);

        HttpChunk.Write(written, [], Encoding.ASCII.GetBytes(text));
        HttpChunk.WriteLast(written);

        Assert.Equal($"{length:x}\r\n{text}\r\n0\r\n\r\n", Encoding.ASCII.GetString(written.WrittenSpan));
    }
}
