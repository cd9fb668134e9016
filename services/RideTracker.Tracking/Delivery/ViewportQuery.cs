using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using RideTracker.Protocol.Geo;
using RideTracker.Tracking.FanOut;

namespace RideTracker.Tracking.Delivery;

/// <summary>What part of the map a client looks at: a box, or the nearest vehicles to a place.</summary>
public sealed record ViewportQuery
{
    /// <summary>The box; null for <c>near</c>.</summary>
    public GeoBox? Box { get; private init; }

    public double Latitude { get; private init; }

    public double Longitude { get; private init; }

    public double RadiusMeters { get; private init; }

    public int Limit { get; private init; }

    /// <summary>How often a stream is written at the most, in milliseconds; null = as the node likes.</summary>
    public int? IntervalMs { get; private init; }

    /// <summary>Reads the query string.</summary>
    /// <param name="query">The query string.</param>
    /// <param name="options">The limits.</param>
    /// <param name="found">What it asks for.</param>
    /// <param name="wrong">What is wrong with it, naming the parameter.</param>
    public static bool TryRead(IQueryCollection query, DeliveryOptions options, [NotNullWhen(true)] out ViewportQuery? found, [NotNullWhen(false)] out string? wrong)
    {
        found = null;
        string bbox = query["bbox"].ToString(), near = query["near"].ToString();
        int? interval = null;
        if (query.TryGetValue("interval", out var intervalText))
        {
            if (!int.TryParse(intervalText, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) || ms is < 250 or > 600_000)
            {
                wrong = "interval must be 250 to 600000 (milliseconds).";
                return false;
            }

            interval = ms;
        }

        if (bbox.Length == 0 == (near.Length == 0))
        {
            wrong = "Give one of bbox=west,south,east,north and near=lat,lng.";
            return false;
        }

        if (bbox.Length > 0)
        {
            wrong = "bbox must be west,south,east,north in degrees: longitudes -180 to 180, latitudes -90 to 90, south not above north.";
            if (!TryReadNumbers(bbox, 4, out var numbers)) return false;
            var box = new GeoBox(numbers[0], numbers[1], numbers[2], numbers[3]);
            if (Math.Abs(box.West) > 180 || Math.Abs(box.East) > 180 || Math.Abs(box.South) > 90 || Math.Abs(box.North) > 90 || box.South > box.North) return false;
            found = new ViewportQuery { Box = box, IntervalMs = interval };
            wrong = null;
            return true;
        }

        wrong = "near must be lat,lng in degrees: latitude -85.05 to 85.05, longitude -180 to 180.";
        if (!TryReadNumbers(near, 2, out var place) || Math.Abs(place[0]) > GeoMath.MaxLatitude || Math.Abs(place[1]) > 180) return false;
        wrong = $"radius must be more than 0 and at most {options.MaxNearRadius} (metres).";
        var radius = 2_000.0;
        if (query.TryGetValue("radius", out var radiusText)
            && (!TryReadNumbers(radiusText.ToString(), 1, out var r) || (radius = r[0]) <= 0 || radius > options.MaxNearRadius)) return false;
        wrong = $"limit must be 1 to {options.MaxNearLimit}.";
        var limit = Math.Min(10, options.MaxNearLimit);
        if (query.TryGetValue("limit", out var limitText)
            && (!int.TryParse(limitText, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit < 1 || limit > options.MaxNearLimit)) return false;
        found = new ViewportQuery { Latitude = place[0], Longitude = place[1], RadiusMeters = radius, Limit = limit, IntervalMs = interval };
        wrong = null;
        return true;
    }

    /// <summary>The tag of its cursors: the same place on the map and the same audience have the same.</summary>
    public uint Tag(bool anonymous) => Cursor.TagOf(Box is { } box
        ? string.Create(CultureInfo.InvariantCulture, $"bbox {box.West:R} {box.South:R} {box.East:R} {box.North:R} {anonymous}")
        : string.Create(CultureInfo.InvariantCulture, $"near {Latitude:R} {Longitude:R} {RadiusMeters:R} {Limit} {anonymous}"));

    private static bool TryReadNumbers(string text, int count, out double[] numbers)
    {
        numbers = new double[count];
        var parts = text.Split(',');
        if (parts.Length != count) return false;
        for (var i = 0; i < count; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !double.IsFinite(numbers[i])) return false;
        }

        return true;
    }
}
