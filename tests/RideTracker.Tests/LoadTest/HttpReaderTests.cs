using System.Text;
using RideTracker.LoadTest.Generator;

namespace RideTracker.Tests.LoadTest;

public sealed class HttpReaderTests
{
    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1a;x=y\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nDate: now\r\n\r\n";
    private const string Counted = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
    private const string Unchanged = "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n";
    private const string Empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    [Fact]
    public void Responses_CutAnywhere_AreReadTheSame()
    {
        var text = Chunked + Counted + Unchanged + Empty + Counted;
        const string Whole = "helloabcdefghijklmnopqrstuvwxyzend|helloend|304 end|end|helloend|";
        for (var cut = 0; cut <= text.Length; cut++) Assert.Equal(Whole, Joined(Read(text[..cut], text[cut..])));
        Assert.Equal(Whole, Joined(Read([.. text.Select(c => c.ToString())])));

        // Bodies come in more pieces where they are cut: only what is in them counts.
        static string Joined(string read) => read.Replace("200 ", "", StringComparison.Ordinal);
    }

    [Fact]
    public void Stream_WithoutLength_GoesOnUntilTheConnectionEnds() =>
        Assert.Equal("200 data: 1\n\n200 data: 2\n\n", Read("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n", "data: 2\n\n"));

    [Fact]
    public void Upgrade_GivesAllThatFollowsAsBody() => Assert.Equal("101 frames", Read("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nframes"));

    [Fact]
    public void Nonsense_IsAnError() => Assert.Throws<InvalidDataException>(() => Read("220 smtp ready\r\n\r\n"));

    private static string Read(params string[] pieces)
    {
        var reader = new HttpReader();
        var read = new StringBuilder();
        foreach (var piece in pieces)
        {
            ReadOnlySpan<byte> bytes = Encoding.ASCII.GetBytes(piece);
            while (reader.Next(ref bytes, out var body) is not HttpPiece.None and var met)
            {
                if (met == HttpPiece.Body) read.Append(reader.Status).Append(' ').Append(Encoding.ASCII.GetString(body));
                if (met == HttpPiece.End || (met is HttpPiece.Head or HttpPiece.Body && reader.IsAtEnd)) read.Append(reader.Status).Append(" end|");
            }
        }

        return read.ToString();
    }
}
