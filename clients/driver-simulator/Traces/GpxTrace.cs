using System.IO.Pipelines;
using System.Xml;
using RideTracker.Protocol;

namespace RideTracker.Simulator.Traces;

/// <summary>
/// Reads the tracks of a GPX file (https://www.topografix.com/GPX/1/1/), of Records or another maker: <c>trk/trkseg/trkpt</c> with <c>time</c>.
/// A track's name is its driver where it is an id. Waypoints, points of routes and points without time are skipped and counted.
/// </summary>
internal sealed class GpxTrace
{
    // Most bytes from one tag to the next, and most tags that are open.
    private const int MostBytes = 1 << 20;
    private const int MostDepth = 100;

    private readonly XmlReader _xml;
    private readonly LimitedStream _stream;
    private readonly TraceBuilder _traces;
    private readonly List<TracePoint> _track = [];
    private readonly char[] _text = new char[128];
    private string? _trackName;
    private Point? _point;
    private bool _isTrack;

    private GpxTrace(XmlReader xml, LimitedStream stream, TraceBuilder traces)
    {
        _xml = xml;
        _stream = stream;
        _traces = traces;
    }

    private int Line => ((IXmlLineInfo)_xml).LineNumber;

    /// <summary>Reads element by element.</summary>
    /// <exception cref="SimulatorException">It is no GPX, has a DTD, or a point is bad: names file and line.</exception>
    public static async Task ReadAsync(PipeReader file, TraceBuilder traces, CancellationToken cancellationToken)
    {
        var stream = new LimitedStream(file.AsStream(leaveOpen: true), MostBytes, cancellationToken);
        await using (stream.ConfigureAwait(false))
        {
            // Nothing outside the file is ever read: no DTD, so no entities, and no resolver.
            using var xml = XmlReader.Create(stream, new XmlReaderSettings
            {
                Async = true,
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                IgnoreComments = true,
                IgnoreProcessingInstructions = true,
                IgnoreWhitespace = true,
            });
            var trace = new GpxTrace(xml, stream, traces);
            try
            {
                await trace.ReadAsync().ConfigureAwait(false);
            }
            catch (XmlException e)
            {
                if (e.Message.Contains("DTD", StringComparison.Ordinal)) throw TraceText.Error($"{traces.Name}: <!DOCTYPE> is refused, GPX has no DTD.", e);
                // Some of the reader's errors have no line.
                throw TraceText.Error($"{traces.Name}:{Math.Max(1, e.LineNumber)}: no well-formed XML: {e.Message}", e);
            }
            catch (InvalidDataException e)
            {
                throw TraceText.Error($"{traces.Name}:{trace.Line}: {e.Message}", e);
            }
        }
    }

    private async Task ReadAsync()
    {
        string? space = null;
        int? skipTo = null;
        while (await NextAsync().ConfigureAwait(false))
        {
            if (skipTo is not null)
            {
                if (_xml.NodeType == XmlNodeType.EndElement && _xml.Depth == skipTo) skipTo = null;
            }
            else if (_xml.NodeType == XmlNodeType.EndElement)
            {
                End();
            }
            else if (_xml.NodeType == XmlNodeType.Element)
            {
                var isEmpty = _xml.IsEmptyElement;
                if (_xml.Depth == 0)
                {
                    space = _xml.NamespaceURI;
                    if (_xml.LocalName != "gpx") throw TraceText.Error($"{_traces.Name}:{Line}: the root element is '{TraceText.Shorten(_xml.Name)}', not 'gpx'.");
                }
                else if (_xml.NamespaceURI != space || !await BeginAsync().ConfigureAwait(false))
                {
                    if (!isEmpty) skipTo = _xml.Depth;
                    continue;
                }

                if (isEmpty) End();
            }
        }
    }

    /// <summary>Takes an element of GPX; false where it is to be skipped with all that is in it.</summary>
    private async ValueTask<bool> BeginAsync()
    {
        switch (_xml.Depth, _xml.LocalName)
        {
            case (1, "trk"):
                _isTrack = true;
                _trackName = null;
                return true;
            case (1, "rte"):
                _isTrack = false;
                return true;
            case (2, "trkseg"):
                return _isTrack;
            case (2, "name") when _isTrack:
                _trackName = await TextAsync().ConfigureAwait(false);
                return true;
            case (3, "trkpt"):
                _point = new Point(Line, _xml.GetAttribute("lat") ?? "", _xml.GetAttribute("lon") ?? "", "");
                return true;
            case (4, "time"):
                var time = await TextAsync().ConfigureAwait(false);
                _point = _point! with { Time = time };
                return true;
            case (1, "wpt") or (2, "rtept"):
                _traces.Skip();
                return false;
            default:
                return false;
        }
    }

    private void End()
    {
        switch (_xml.Depth, _xml.LocalName)
        {
            case (1, "trk"):
                var driver = DriverId.TryParse(_trackName, out var named) ? named : _traces.FileDriver;
                foreach (var point in _track) _traces.Add(driver, point);
                _track.Clear();
                break;
            case (3, "trkpt"):
                Take(_point!);
                _point = null;
                break;
        }
    }

    private void Take(Point point)
    {
        if (point.Time.Length == 0) _traces.Skip();
        else if (TraceText.ReadPlace(point.Lat, point.Lon, out var lat, out var lng) is { } problem) _traces.Bad($"{_traces.Name}:{point.Line}", $"trkpt: {problem}");
        else if (!TraceText.TryTime(point.Time, out var timeMs)) _traces.Bad($"{_traces.Name}:{point.Line}", $"trkpt: time '{TraceText.Shorten(point.Time)}' is no ISO 8601 time");
        else _track.Add(new TracePoint(timeMs, lat, lng));
    }

    /// <summary>The text of the element, up to its end tag; what is too long for a name or time is cut.</summary>
    private async ValueTask<string> TextAsync()
    {
        if (_xml.IsEmptyElement) return "";
        var depth = _xml.Depth;
        var length = 0;
        while (await NextAsync().ConfigureAwait(false) && !(_xml.NodeType == XmlNodeType.EndElement && _xml.Depth == depth))
        {
            if (_xml.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA)) continue;
            while (length < _text.Length && await _xml.ReadValueChunkAsync(_text, length, _text.Length - length).ConfigureAwait(false) is > 0 and var count) length += count;
        }

        return new string(_text, 0, length).Trim();
    }

    private async ValueTask<bool> NextAsync()
    {
        _stream.Renew();
        var isNode = await _xml.ReadAsync().ConfigureAwait(false);
        return _xml.Depth <= MostDepth ? isNode : throw TraceText.Error($"{_traces.Name}:{Line}: more than {MostDepth} elements within one another");
    }

    private sealed record Point(int Line, string Lat, string Lon, string Time);
}
