using System.Text;
using RideTracker.LoadTest.Generator;

namespace RideTracker.Tests.LoadTest;

public sealed class WebSocketReaderTests
{
    [Fact]
    public void Messages_CutAnywhere_AreReadWhole()
    {
        byte[] bytes = [.. Frame(0x81, "one"), .. Frame(0x89, "ping"), .. Frame(0x81, new string('x', 200)), .. Frame(0x01, "fra"), .. Frame(0x89, ""), .. Frame(0x80, "gments"), .. Frame(0x81, "last")];
        List<string> expected = ["1 one", "9 ping", $"1 {new string('x', 200)}", "9 ", "1 fragments", "1 last"];
        for (var cut = 0; cut <= bytes.Length; cut++) Assert.Equal(expected, Read(bytes[..cut], bytes[cut..]));
        Assert.Equal(expected, Read([.. bytes.Select(b => new[] { b })]));
    }

    [Fact]
    public void Message_OfManyBytes_IsReadWhole() => Assert.Equal([$"1 {new string('y', 70_000)}"], Read(Frame(0x81, new string('y', 70_000))));

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65_536)]
    public void ClientFrame_HasTheHeaderOfItsLength(int length)
    {
        var frame = WebSocketFrame.Text(new byte[length]);
        Assert.Equal(WebSocketFrame.HeaderLength(length) + length, frame.Length);
        Assert.Equal(0x80, frame[1] & 0x80);
    }

    private static byte[] Frame(byte first, string text)
    {
        byte[] length = text.Length switch
        {
            < 126 => [(byte)text.Length],
            < 65_536 => [126, (byte)(text.Length >> 8), (byte)text.Length],
            _ => [127, 0, 0, 0, 0, (byte)(text.Length >> 24), (byte)(text.Length >> 16), (byte)(text.Length >> 8), (byte)text.Length],
        };
        return [first, .. length, .. Encoding.ASCII.GetBytes(text)];
    }

    private static List<string> Read(params byte[][] pieces)
    {
        var reader = new WebSocketReader();
        var messages = new List<string>();
        foreach (var piece in pieces)
        {
            ReadOnlySpan<byte> bytes = piece;
            while (reader.TryNext(ref bytes, out var opcode, out var payload)) messages.Add($"{opcode} {Encoding.ASCII.GetString(payload)}");
        }

        return messages;
    }
}
