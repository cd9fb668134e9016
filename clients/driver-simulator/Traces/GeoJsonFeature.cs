using RideTracker.Protocol;

namespace RideTracker.Simulator.Traces;

/// <summary>
/// One feature of a GeoJSON trace: a Point or LineString, with the driver in <c>properties.driver</c> and the time of each position
/// in <c>properties.coordTimes</c> (Unix ms, or ISO 8601).
/// </summary>
internal sealed class GeoJsonFeature
{
    /// <summary>Most positions, or times, of a feature: 32 bytes each are held.</summary>
    public const int MostPositions = 1_000_000;

    // The last moment of the year 9999.
    private const long MostTimeMs = 253_402_300_799_999;

    private readonly List<(double Lng, double Lat)> _positions = [];
    private readonly List<(long? TimeMs, bool IsBad)> _times = [];
    private int _numbers;

    /// <summary>The geometry's type.</summary>
    public string? Type { get; set; }

    /// <summary>Null where the feature names none.</summary>
    public string? Driver { get; set; }

    public bool IsTooLong => _positions.Count > MostPositions || _times.Count > MostPositions;

    public void Clear()
    {
        _positions.Clear();
        _times.Clear();
        _numbers = 0;
        Type = Driver = null;
    }

    /// <summary>A position of a line begins.</summary>
    public void BeginPosition()
    {
        _positions.Add((double.NaN, double.NaN));
        _numbers = 0;
    }

    /// <summary>Adds a number to the position: longitude, latitude, others.</summary>
    public void AddNumber(double value, bool isInLine)
    {
        if (!isInLine && _numbers == 0) _positions.Add((double.NaN, double.NaN));
        if (_numbers == 0) _positions[^1] = (value, double.NaN);
        else if (_numbers == 1) _positions[^1] = (_positions[^1].Lng, value);
        _numbers++;
    }

    public void AddTime(long? timeMs, bool isBad) => _times.Add((timeMs, isBad || timeMs is < -MostTimeMs or > MostTimeMs));

    /// <summary>Hands the fixes over.</summary>
    /// <param name="place">The feature in its file, for errors.</param>
    /// <exception cref="SimulatorException">Something is bad, and bad rows are not skipped.</exception>
    public void AddTo(TraceBuilder traces, string place)
    {
        if (Type is not ("Point" or "LineString"))
        {
            traces.Skip();
            return;
        }

        var driver = traces.FileDriver;
        if (Driver is not null && !DriverId.TryParse(Driver, out driver))
        {
            traces.Bad($"{place}.properties.driver", $"'{TraceText.Shorten(Driver)}' must have 1 to 64 characters of A-Z a-z 0-9 . _ - ~ @ +", _positions.Count);
        }
        else if (_times.Count == 0)
        {
            traces.Skip(_positions.Count);
        }
        else if (_times.Count != _positions.Count)
        {
            traces.Bad($"{place}.properties.coordTimes", $"{_times.Count} times for {_positions.Count} positions", _positions.Count);
        }
        else
        {
            for (var i = 0; i < _positions.Count; i++) Add(traces, driver, place, i);
        }
    }

    private void Add(TraceBuilder traces, DriverId driver, string place, int i)
    {
        var (lng, lat) = _positions[i];
        var (time, isBad) = _times[i];
        if (isBad) traces.Bad($"{place}.properties.coordTimes[{i}]", "no Unix time in milliseconds, and no ISO 8601 time");
        else if (time is not { } timeMs) traces.Skip();
        else if (!(Math.Abs(lat) <= 90 && Math.Abs(lng) <= 180)) traces.Bad($"{place}.geometry.coordinates{(Type == "Point" ? "" : $"[{i}]")}", "no longitude from -180 to 180 and latitude from -90 to 90");
        // A long line goes on in the next feature, from the same position: it is one fix.
        else if (new TracePoint(timeMs, lat, lng) is var point && (i > 0 || traces.Last(driver) != point)) traces.Add(driver, point);
    }
}
