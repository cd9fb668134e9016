using System.Buffers.Text;

namespace RideTracker.LoadTest.Formats;

/// <summary>Writes text and numbers into a span, one after the other.</summary>
internal ref struct ByteWriter(Span<byte> to)
{
    private readonly Span<byte> _to = to;

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _to[..Length];

    public void Text(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(_to[Length..]);
        Length += text.Length;
    }

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, _to[Length..], out var written);
        Length += written;
    }

    /// <summary>Degrees in plain decimals.</summary>
    /// <param name="tenMillionths">Degrees times 10,000,000.</param>
    public void Degrees(long tenMillionths)
    {
        if (tenMillionths < 0)
        {
            _to[Length++] = (byte)'-';
            tenMillionths = -tenMillionths;
        }

        Number(tenMillionths / 10_000_000);
        _to[Length++] = (byte)'.';
        var rest = tenMillionths % 10_000_000;
        for (var i = Length + 6; i >= Length; i--)
        {
            _to[i] = (byte)('0' + rest % 10);
            rest /= 10;
        }

        Length += 7;
    }
}
