using System.Buffers;

namespace RideTracker.Records.Trails.Export;

/// <summary>A trail as CSV (RFC 4180): a row for each fix; the first columns are those that <c>ridetracker-sim replay</c> reads.</summary>
internal sealed class CsvTrail : IFixSink
{
    private readonly Utf8Text _out;

    public CsvTrail(IBufferWriter<byte> to, TrailTitle title)
    {
        _ = title;
        _out = new Utf8Text(to);
        _out.Text("driver_id,timestamp_utc,lat,lon,accuracy,speed,heading,altitude,battery,charging,mock\r\n"u8);
    }

    public void Take(TrailFix fix, bool startsRun)
    {
        _out.Text(fix.Driver).Text(","u8).Time(fix.FixTime).Text(","u8).Number(fix.Latitude, 7).Text(","u8).Number(fix.Longitude, 7);
        Field(fix.AccuracyMeters);
        Field(fix.SpeedMps);
        Field(fix.HeadingDegrees);
        Field(fix.AltitudeMeters);
        Field(fix.Battery);
        Field(fix.Charging);
        Field(fix.Mock);
        _out.Text("\r\n"u8);
    }

    public void End()
    {
        // Nothing closes a CSV.
    }

    private void Field(float? value)
    {
        _out.Text(","u8);
        if (value is { } known) _out.Number(known, 4);
    }

    private void Field(bool? value) => _out.Text(value switch { true => ",true"u8, false => ",false"u8, null => ","u8 });
}
