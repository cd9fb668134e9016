using System.Buffers.Binary;
using System.Text;

namespace RideTracker.Records.Trails;

/// <summary>Writes rows in PostgreSQL's binary COPY format (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"), straight into one buffer.</summary>
internal sealed class FixCopyWriter
{
    private const short Fields = 12;
    private const int MostOfRow = 256;
    private const long PostgresEpochMs = 946_684_800_000;

    private static ReadOnlySpan<byte> Signature => [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00];

    private byte[] _buffer;
    private int _at;

    public FixCopyWriter(int rows)
    {
        _buffer = new byte[64 + rows * 140];
        Signature.CopyTo(_buffer);
        // Then the flags and the length of the extension, both 0.
        _at = Signature.Length + 8;
    }

    public void Add(in FixRow row)
    {
        if (_buffer.Length - _at < MostOfRow) Array.Resize(ref _buffer, 2 * _buffer.Length);
        var fix = row.Fix;
        BinaryPrimitives.WriteInt16BigEndian(_buffer.AsSpan(_at), Fields);
        _at += 2;
        // Ids are ASCII of 64 characters at most.
        Length(row.Driver.Value.Length);
        _at += Encoding.ASCII.GetBytes(row.Driver.Value, _buffer.AsSpan(_at));
        Time(fix.FixTimeMs);
        Time(row.ReceivedMs);
        Double(fix.Latitude);
        Double(fix.Longitude);
        Float(fix.AccuracyMeters);
        Float(fix.SpeedMps);
        Float(fix.HeadingDegrees);
        Float(fix.AltitudeMeters);
        Float(fix.Battery);
        Flag(fix.Charging);
        Flag(fix.Mock);
    }

    /// <summary>Closes the text and hands it out.</summary>
    public ReadOnlyMemory<byte> End()
    {
        BinaryPrimitives.WriteInt16BigEndian(_buffer.AsSpan(_at), -1);
        return _buffer.AsMemory(0, _at + 2);
    }

    private void Length(int bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_at), bytes);
        _at += 4;
    }

    // timestamptz: microseconds since 2000-01-01 UTC.
    private void Time(long unixMs)
    {
        Length(8);
        BinaryPrimitives.WriteInt64BigEndian(_buffer.AsSpan(_at), (unixMs - PostgresEpochMs) * 1_000);
        _at += 8;
    }

    private void Double(double value)
    {
        Length(8);
        BinaryPrimitives.WriteDoubleBigEndian(_buffer.AsSpan(_at), value);
        _at += 8;
    }

    private void Float(float? value)
    {
        Length(value is null ? -1 : 4);
        if (value is not { } known) return;
        BinaryPrimitives.WriteSingleBigEndian(_buffer.AsSpan(_at), known);
        _at += 4;
    }

    private void Flag(bool? value)
    {
        Length(value is null ? -1 : 1);
        if (value is { } known) _buffer[_at++] = known ? (byte)1 : (byte)0;
    }
}
