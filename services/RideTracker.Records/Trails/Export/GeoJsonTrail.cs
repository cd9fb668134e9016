using System.Buffers;
using System.Text.Json;

namespace RideTracker.Records.Trails.Export;

/// <summary>
/// A trail as GeoJSON (RFC 7946): a FeatureCollection with a LineString for each run. What each position has besides stands in arrays of the same length
/// (<c>coordTimes</c>, <c>accuracy</c>, ...). A long run is cut, so that little is held at a time: the next piece begins where the last one ends.
/// </summary>
internal sealed class GeoJsonTrail : IFixSink
{
    /// <summary>Most positions of a feature.</summary>
    public const int MaxPositions = 1_000;

    private readonly Utf8JsonWriter _json;
    private readonly List<TrailFix> _piece = [];
    private readonly TrailTitle _title;

    public GeoJsonTrail(IBufferWriter<byte> to, TrailTitle title)
    {
        _title = title;
        _json = new Utf8JsonWriter(to);
        _json.WriteStartObject();
        _json.WriteString("type"u8, "FeatureCollection"u8);
        _json.WriteStartArray("features"u8);
        // The writer must hold nothing while the response is flushed: its memory would be gone.
        _json.Flush();
    }

    public void Take(TrailFix fix, bool startsRun)
    {
        if (_piece.Count > 0)
        {
            // RFC 7946 section 3.1.9: a line over the antimeridian is cut there.
            var crosses = Math.Abs(fix.Longitude - _piece[^1].Longitude) > 180;
            if (startsRun || crosses)
            {
                WritePiece();
                _piece.Clear();
            }
            else if (_piece.Count == MaxPositions)
            {
                WritePiece();
                _piece.RemoveRange(0, MaxPositions - 1);
            }
        }

        _piece.Add(fix);
    }

    public void End()
    {
        if (_piece.Count > 0) WritePiece();
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
    }

    private void WritePiece()
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "Feature"u8);
        _json.WriteStartObject("geometry"u8);
        if (_piece.Count == 1)
        {
            // A line has two positions at least.
            _json.WriteString("type"u8, "Point"u8);
            _json.WritePropertyName("coordinates"u8);
            WritePosition(_piece[0]);
        }
        else
        {
            _json.WriteString("type"u8, "LineString"u8);
            _json.WriteStartArray("coordinates"u8);
            foreach (var fix in _piece) WritePosition(fix);
            _json.WriteEndArray();
        }

        _json.WriteEndObject();
        _json.WriteStartObject("properties"u8);
        _json.WriteString("driver"u8, _title.Driver);
        if (_title.Trip is { } trip) _json.WriteString("trip"u8, trip);
        _json.WriteStartArray("coordTimes"u8);
        foreach (var fix in _piece) _json.WriteNumberValue(fix.FixTime.ToUnixTimeMilliseconds());
        _json.WriteEndArray();
        WriteNumbers("accuracy"u8, fix => fix.AccuracyMeters);
        WriteNumbers("speed"u8, fix => fix.SpeedMps);
        WriteNumbers("heading"u8, fix => fix.HeadingDegrees);
        WriteNumbers("altitude"u8, fix => fix.AltitudeMeters);
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.Flush();
    }

    private void WritePosition(TrailFix fix)
    {
        _json.WriteStartArray();
        _json.WriteNumberValue(fix.Longitude);
        _json.WriteNumberValue(fix.Latitude);
        _json.WriteEndArray();
    }

    // What none of them has is left out.
    private void WriteNumbers(ReadOnlySpan<byte> name, Func<TrailFix, float?> field)
    {
        if (_piece.TrueForAll(fix => field(fix) is null)) return;
        _json.WriteStartArray(name);
        foreach (var fix in _piece)
        {
            if (field(fix) is { } value) _json.WriteNumberValue(value);
            else _json.WriteNullValue();
        }

        _json.WriteEndArray();
    }
}
