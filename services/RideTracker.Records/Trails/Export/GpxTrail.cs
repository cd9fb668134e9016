using System.Buffers;

namespace RideTracker.Records.Trails.Export;

/// <summary>A trail as GPX 1.1 (https://www.topografix.com/GPX/1/1/): one track, a segment for each run. Speed and course stand in Garmin's TrackPointExtension 2, as most programs read them.</summary>
internal sealed class GpxTrail : IFixSink
{
    private readonly Utf8Text _out;
    private bool _isOpen;

    // Ids have no character that XML would want escaped (Protocol/IdText.cs).
    public GpxTrail(IBufferWriter<byte> to, TrailTitle title)
    {
        _out = new Utf8Text(to);
        _out.Text("""
            <?xml version="1.0" encoding="UTF-8"?>
            <gpx version="1.1" creator="RideTracker" xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">
            <trk><name>
            """u8).Text(title.Driver).Text("</name>"u8);
        if (title.Trip is { } trip) _out.Text("<desc>trip "u8).Text(trip).Text("</desc>"u8);
        _out.Text("\n"u8);
    }

    public void Take(TrailFix fix, bool startsRun)
    {
        if (startsRun || !_isOpen)
        {
            _out.Text(_isOpen ? "</trkseg>\n<trkseg>\n"u8 : "<trkseg>\n"u8);
            _isOpen = true;
        }

        _out.Text("<trkpt lat=\""u8).Number(fix.Latitude, 7).Text("\" lon=\""u8).Number(fix.Longitude, 7).Text("\">"u8);
        if (fix.AltitudeMeters is { } altitude) _out.Text("<ele>"u8).Number(altitude, 4).Text("</ele>"u8);
        _out.Text("<time>"u8).Time(fix.FixTime).Text("</time>"u8);
        if (fix.SpeedMps is not null || fix.HeadingDegrees is not null)
        {
            _out.Text("<extensions><gpxtpx:TrackPointExtension>"u8);
            if (fix.SpeedMps is { } speed) _out.Text("<gpxtpx:speed>"u8).Number(speed, 4).Text("</gpxtpx:speed>"u8);
            if (fix.HeadingDegrees is { } heading) _out.Text("<gpxtpx:course>"u8).Number(heading, 4).Text("</gpxtpx:course>"u8);
            _out.Text("</gpxtpx:TrackPointExtension></extensions>"u8);
        }

        _out.Text("</trkpt>\n"u8);
    }

    public void End()
    {
        if (_isOpen) _out.Text("</trkseg>\n"u8);
        _out.Text("</trk>\n</gpx>\n"u8);
    }
}
