using System.Buffers;
using System.Globalization;
using System.Text;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Records.Trails.Export;

/// <summary>Writes text and numbers into a response's buffer, without a string for each.</summary>
internal sealed class Utf8Text(IBufferWriter<byte> to)
{
    /// <summary>Writes text that needs no escapes.</summary>
    public Utf8Text Text(ReadOnlySpan<byte> text)
    {
        to.Write(text);
        return this;
    }

    public Utf8Text Text(string text)
    {
        to.Advance(Encoding.UTF8.GetBytes(text, to.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
        return this;
    }

    public Utf8Text Number(double value, int decimals)
    {
        to.Advance(DecimalText.Write(value, decimals, to.GetSpan(DecimalText.MaxLength)));
        return this;
    }

    /// <summary>ISO 8601 in UTC with milliseconds, which XML Schema's dateTime is too.</summary>
    public Utf8Text Time(DateTimeOffset time)
    {
        time.UtcDateTime.TryFormat(to.GetSpan(32), out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        to.Advance(length);
        return this;
    }
}
