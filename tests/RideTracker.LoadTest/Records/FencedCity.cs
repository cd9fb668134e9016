using System.Globalization;
using System.Text;

namespace RideTracker.LoadTest.Records;

/// <summary>
/// Geofences over a city and the drivers in it, laid so that a fix meets the same however many geofences there are. The city is of districts of 0.0115
/// degrees, ten geofences in each: five zones that hold all ways in it, one in the other and never crossed, and five places of 25 m that a driver passes
/// through now and then. A hundred times as many geofences are a hundred times as many such districts, and the same drivers spread over all of them.
/// </summary>
/// <remarks>A driver walks 0.01 degrees (1.1 km) north and back for ever at 11 m/s, on a meridian and in a phase of its own, as a function of nothing but its number and the time.</remarks>
/// <param name="fences">How many; a multiple of <see cref="PerDistrict"/>.</param>
internal sealed class FencedCity(int fences)
{
    /// <summary>Geofences of a district.</summary>
    public const int PerDistrict = 10;

    /// <summary>Geofences that every fix is in.</summary>
    public const int Zones = 5;

    private const int Corners = 24;

    // All in 1e-7 degrees: 1.1 cm to the north, 1.1 cm a millisecond.
    private const long District = 115_000;
    private const long Walk = 100_000;
    private const long Margin = (District - Walk) / 2;
    private const long South = 375_000_000;
    private const long West = -1_225_000_000;

    // 25 m at this latitude.
    private const double PlaceRadiusLat = 2_250;
    private const double PlaceRadiusLng = 2_840;

    private static readonly (double Lat, double Lng)[] Places = [(0.15, 0.3), (0.35, 0.7), (0.5, 0.5), (0.7, 0.2), (0.85, 0.8)];

    private readonly int _districts = fences / PerDistrict;
    private readonly int _columns = (int)Math.Ceiling(Math.Sqrt(fences / PerDistrict));

    public int Fences { get; } = fences;

    /// <summary>Where a driver is at a time (Unix ms), in degrees.</summary>
    public (double Lat, double Lng) Place(int driver, long timeMs)
    {
        var (south, west) = Corner(driver % _districts);
        var own = Mixed(driver);
        var at = (timeMs + (long)(own >> 40)) % (2 * Walk);
        return ((south + Margin + Math.Min(at, 2 * Walk - at)) / 1e7, (west + Margin + (long)(own % Walk)) / 1e7);
    }

    /// <summary>The id of a geofence.</summary>
    public static string Id(int fence) => string.Create(CultureInfo.InvariantCulture, $"load-{fence:00000}");

    /// <summary>A geofence as the GeoJSON that Records takes: a polygon of 24 corners.</summary>
    public string GeoJson(int fence)
    {
        var (south, west) = Corner(fence / PerDistrict);
        var kind = fence % PerDistrict;
        var text = new StringBuilder("{\"type\":\"Polygon\",\"coordinates\":[[");
        for (var corner = 0; corner <= Corners; corner++)
        {
            var (north, east) = kind < Zones ? OfZone(kind, corner % Corners) : OfPlace(kind - Zones, corner % Corners);
            text.Append(corner == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"[{(west + east) / 1e7:0.#######},{(south + north) / 1e7:0.#######}]");
        }

        return text.Append("]]}").ToString();
    }

    private (long South, long West) Corner(int district) => (South + district / _columns * District, West + district % _columns * District);

    // A square with six corners a side, every second one pushed out by 3 m: 22 to 66 m off the ways, and off the next district's.
    private static (double North, double East) OfZone(int zone, int corner)
    {
        var half = Walk / 2.0 + 2_000 + 1_000 * zone + corner % 2 * 300;
        var along = (corner % 6 / 3.0 - 1) * half;
        var (north, east) = (corner / 6) switch
        {
            0 => (-half, along),
            1 => (along, half),
            2 => (half, -along),
            _ => (-along, -half),
        };
        return (District / 2.0 + north, District / 2.0 + east);
    }

    private static (double North, double East) OfPlace(int place, int corner)
    {
        var (sin, cos) = Math.SinCos(corner * 2 * Math.PI / Corners);
        return (Margin + Places[place].Lat * Walk + PlaceRadiusLat * sin, Margin + Places[place].Lng * Walk + PlaceRadiusLng * cos);
    }

    // SplitMix64's finalizer (Steele, Lea, Flood 2014): neighbours in number are no neighbours in the city.
    private static ulong Mixed(int driver)
    {
        var z = ((ulong)driver + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
