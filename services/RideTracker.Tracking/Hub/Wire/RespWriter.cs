using System.Buffers.Text;
using System.Text;

namespace RideTracker.Tracking.Hub.Wire;

/// <summary>Writes commands in RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec) into one buffer that is used again and again.</summary>
internal sealed class RespWriter
{
    private const int LongestHeader = 16;

    private byte[] _bytes = new byte[1_024];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Begins anew. A buffer that one large batch blew up is let go.</summary>
    public void Clear()
    {
        if (_bytes.Length > 1024 * 1024) _bytes = new byte[1_024];
        Length = 0;
    }

    /// <summary>Begins a command of so many parts, its name included.</summary>
    public void Command(int parts) => Header((byte)'*', parts);

    /// <summary>Writes one part: ASCII.</summary>
    public void Part(string text)
    {
        Header((byte)'$', text.Length);
        Room(text.Length + 2);
        Encoding.ASCII.GetBytes(text, _bytes.AsSpan(Length));
        Length += text.Length;
        Line();
    }

    /// <summary>Writes one part.</summary>
    public void Part(ReadOnlySpan<byte> bytes)
    {
        Header((byte)'$', bytes.Length);
        Room(bytes.Length + 2);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
        Line();
    }

    /// <summary>Writes one part made of two.</summary>
    public void Part(string start, string end)
    {
        Header((byte)'$', start.Length + end.Length);
        Room(start.Length + end.Length + 2);
        Length += Encoding.ASCII.GetBytes(start, _bytes.AsSpan(Length));
        Length += Encoding.ASCII.GetBytes(end, _bytes.AsSpan(Length));
        Line();
    }

    /// <summary>Writes one part: a whole number.</summary>
    public void Part(long number)
    {
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, text, out var length);
        Part(text[..length]);
    }

    private void Header(byte kind, int number)
    {
        Room(LongestHeader);
        _bytes[Length] = kind;
        Utf8Formatter.TryFormat(number, _bytes.AsSpan(Length + 1), out var digits);
        Length += 1 + digits;
        Line();
    }

    private void Line()
    {
        _bytes[Length++] = (byte)'\r';
        _bytes[Length++] = (byte)'\n';
    }

    private void Room(int bytes)
    {
        if (_bytes.Length - Length < bytes) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + bytes));
    }
}
