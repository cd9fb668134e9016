using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RideTracker.LoadTest.Generator;

/// <summary>Finds what follows a marker, such as the digits after <c>"time":</c>, in bytes that come in pieces cut anywhere.</summary>
/// <remarks>A mutable struct that lives in its connection: 8,000 of them cost no objects.</remarks>
internal struct FieldScanner
{
    /// <summary>No value is longer; one that is counts as none.</summary>
    public const int MaxValue = 64;

    private readonly ScannedField _field;
    private Value _value;
    private int _length;
    private int _matched;
    private bool _inValue;

    public FieldScanner(ScannedField field) => _field = field;

    /// <summary>Looks for the next whole value; cuts off what it has read.</summary>
    /// <param name="bytes">What came in; afterwards what is behind the value, or nothing.</param>
    /// <param name="value">The value, good until the next call.</param>
    /// <returns>False where the bytes end before a value does: go on with the next ones.</returns>
    [UnscopedRef]
    public bool TryNext(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> value)
    {
        var marker = _field.Marker;
        value = default;
        var i = 0;
        while (i < bytes.Length)
        {
            if (_inValue)
            {
                var b = bytes[i];
                if (_field.Ends(b))
                {
                    _inValue = false;
                    var good = _length is > 0 and <= MaxValue;
                    if (good) value = ((ReadOnlySpan<byte>)_value)[.._length];
                    bytes = bytes[i..];
                    if (good) return true;
                    i = 0;
                    continue;
                }

                if (_length < MaxValue) _value[_length] = b;
                _length++;
                i++;
            }
            else if (_matched > 0)
            {
                Step(bytes[i++]);
            }
            else
            {
                var at = bytes[i..].IndexOf(marker);
                if (at >= 0)
                {
                    i += at + marker.Length;
                    BeginValue();
                    continue;
                }

                // The marker may have begun at the end.
                for (i = Math.Max(i, bytes.Length - marker.Length + 1); i < bytes.Length; i++) Step(bytes[i]);
            }
        }

        bytes = default;
        return false;
    }

    /// <summary>Forgets a value or marker that was begun: a new message starts.</summary>
    public void Restart()
    {
        _inValue = false;
        _matched = 0;
    }

    private void Step(byte b)
    {
        var marker = _field.Marker;
        while (_matched > 0 && marker[_matched] != b) _matched = _field.Border(_matched);
        if (marker[_matched] == b) _matched++;
        if (_matched == marker.Length) BeginValue();
    }

    private void BeginValue()
    {
        _matched = 0;
        _inValue = true;
        _length = 0;
    }

    [InlineArray(MaxValue)]
    private struct Value
    {
        private byte _first;
    }
}

/// <summary>What a <see cref="FieldScanner"/> looks for.</summary>
internal sealed class ScannedField
{
    private readonly byte[] _marker;
    private readonly int[] _borders;
    private readonly bool _digits;

    private ScannedField(ReadOnlySpan<byte> marker, bool digits)
    {
        _marker = marker.ToArray();
        _digits = digits;
        // Knuth, Morris, Pratt: how much of the marker still fits after a mismatch.
        _borders = new int[marker.Length + 1];
        for (int i = 1, border = 0; i < marker.Length; i++)
        {
            while (border > 0 && marker[i] != marker[border]) border = _borders[border];
            if (marker[i] == marker[border]) border++;
            _borders[i + 1] = border;
        }
    }

    /// <summary>The fix time of a state, Unix ms.</summary>
    public static ScannedField FixTime { get; } = new("\"time\":"u8, digits: true);

    /// <summary>The monotonic time in ns that peers' states carry.</summary>
    public static ScannedField SentNs { get; } = new("\"t\":"u8, digits: true);

    /// <summary>The cursor of a state.</summary>
    public static ScannedField Cursor { get; } = new("\"cursor\":\""u8, digits: false);

    public ReadOnlySpan<byte> Marker => _marker;

    /// <summary>Whether a value is over with this byte: after digits anything else, after text its quote.</summary>
    public bool Ends(byte b) => _digits ? b is < (byte)'0' or > (byte)'9' : b == (byte)'"';

    public int Border(int matched) => _borders[matched];
}
