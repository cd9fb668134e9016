using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace RideTracker.Simulator.Traces;

/// <summary>Reads GeoJSON (RFC 7946) as Records exports it: the features of a FeatureCollection, or one alone. What they mean: <see cref="GeoJsonFeature"/>.</summary>
internal sealed class GeoJsonTrace
{
    // Most bytes of one name, text or number.
    private const int MostBytes = 1 << 20;

    private readonly TraceBuilder _traces;
    private readonly Stack<Part> _open = new();
    private readonly GeoJsonFeature _feature = new();
    private JsonReaderState _state;
    private string _member = "";
    private string? _type;
    private int _index;

    private GeoJsonTrace(TraceBuilder traces) => _traces = traces;

    /// <summary>The part of the document that is open.</summary>
    private enum Part
    {
        Other,
        Root,
        Features,
        Feature,
        Geometry,
        Coordinates,
        Position,
        Properties,
        Times,
    }

    /// <summary>Reads token by token; of one feature at a time the positions are held.</summary>
    /// <exception cref="SimulatorException">It is no GeoJSON, or a position is bad: names file and line or element.</exception>
    public static async Task ReadAsync(PipeReader file, TraceBuilder traces, CancellationToken cancellationToken)
    {
        var trace = new GeoJsonTrace(traces);
        var isStart = true;
        while (true)
        {
            var read = await file.ReadAsync(cancellationToken).ConfigureAwait(false);
            var from = read.Buffer;
            if (isStart)
            {
                if (from.Length < 3 && !read.IsCompleted)
                {
                    file.AdvanceTo(from.Start, from.End);
                    continue;
                }

                from = WithoutByteOrderMark(from);
                isStart = false;
            }

            var end = trace.Take(from, read.IsCompleted);
            if (read.IsCompleted) break;
            if (from.Slice(end).Length > MostBytes) throw TraceText.Error($"{traces.Name}: {trace.Place}: more than {MostBytes} bytes in one piece");
            file.AdvanceTo(end, from.End);
        }

        if (trace._type is not ("FeatureCollection" or "Feature")) throw TraceText.Error($"{traces.Name}: it is no GeoJSON FeatureCollection or Feature.");
    }

    private string Place => _open.Contains(Part.Features) ? $"features[{_index}]" : "the root";

    private static ReadOnlySequence<byte> WithoutByteOrderMark(ReadOnlySequence<byte> from)
    {
        var reader = new SequenceReader<byte>(from);
        return reader.IsNext([0xEF, 0xBB, 0xBF], advancePast: true) ? from.Slice(reader.Position) : from;
    }

    private SequencePosition Take(ReadOnlySequence<byte> from, bool isAll)
    {
        var json = new Utf8JsonReader(from, isAll, _state);
        try
        {
            while (json.Read()) Take(ref json);
        }
        catch (JsonException e)
        {
            throw TraceText.Error($"{_traces.Name}:{e.LineNumber + 1}: {Place}: no well-formed JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // A text that is no UTF-8.
            throw TraceText.Error($"{_traces.Name}: {Place}: no well-formed JSON: {e.Message}", e);
        }

        _state = json.CurrentState;
        return json.Position;
    }

    private void Take(ref Utf8JsonReader json)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.PropertyName:
                _member = json.GetString()!;
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                Begin(json.TokenType == JsonTokenType.StartObject);
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                End(_open.Pop());
                break;
            default:
                Value(ref json);
                break;
        }

        if (_feature.IsTooLong) throw TraceText.Error($"{_traces.Name}: {Place}: more than {GeoJsonFeature.MostPositions} positions in one feature");
    }

    private void Begin(bool isObject)
    {
        var parent = _open.TryPeek(out var open) ? open : (Part?)null;
        var part = (parent, isObject, _member) switch
        {
            (null, true, _) => Part.Root,
            (Part.Root, false, "features") => Part.Features,
            (Part.Features, true, _) => Part.Feature,
            (Part.Root or Part.Feature, true, "geometry") => Part.Geometry,
            (Part.Root or Part.Feature, true, "properties") => Part.Properties,
            (Part.Geometry, false, "coordinates") => Part.Coordinates,
            (Part.Coordinates, false, _) => Part.Position,
            (Part.Properties, false, "coordTimes") => Part.Times,
            _ => Part.Other,
        };
        if (part is Part.Root or Part.Feature) _feature.Clear();
        else if (part == Part.Position) _feature.BeginPosition();
        else if (parent == Part.Times) _feature.AddTime(null, isBad: true);
        _open.Push(part);
    }

    private void End(Part part)
    {
        if (part == Part.Feature || (part == Part.Root && _type == "Feature")) _feature.AddTo(_traces, $"{_traces.Name}: {(part == Part.Root ? "the feature" : Place)}");
        if (part == Part.Feature) _index++;
    }

    private void Value(ref Utf8JsonReader json)
    {
        switch (_open.TryPeek(out var open) ? open : Part.Other, _member)
        {
            case (Part.Root, "type"):
                _type = Text(ref json);
                break;
            case (Part.Geometry, "type"):
                _feature.Type = Text(ref json);
                break;
            case (Part.Properties, "driver"):
                _feature.Driver = Text(ref json);
                break;
            case (Part.Coordinates or Part.Position, _):
                _feature.AddNumber(json.TokenType == JsonTokenType.Number && json.TryGetDouble(out var degrees) ? degrees : double.NaN, open == Part.Position);
                break;
            case (Part.Times, _):
                long time = 0;
                var isTime = json.TokenType == JsonTokenType.Number ? json.TryGetInt64(out time) : json.TokenType == JsonTokenType.String && TraceText.TryTime(json.GetString(), out time);
                _feature.AddTime(isTime ? time : null, isBad: !isTime && json.TokenType != JsonTokenType.Null);
                break;
        }
    }

    // What is no text is no id and no type either.
    private static string Text(ref Utf8JsonReader json) => json.TokenType == JsonTokenType.String ? json.GetString()! : "";
}
