namespace RideTracker.Protocol.Streets;

/// <summary>One street as a line on the map: class, name, speed, and whether it is one-way in the direction of its points.</summary>
/// <remarks>Two streets are connected exactly where they share a point (the same two numbers).</remarks>
public sealed record Street
{
    /// <summary>The OSM class: <c>motorway</c>, <c>primary</c>, <c>residential</c> and so on.</summary>
    public required string Highway { get; init; }

    public string? Name { get; init; }

    public bool OneWay { get; init; }

    /// <summary>The speed limit in km/h; null where none is known.</summary>
    public double? MaxSpeedKmh { get; init; }

    /// <summary>At least two points, in the driving direction.</summary>
    public required IReadOnlyList<GeoPoint> Points { get; init; }

    /// <summary>How fast one may drive here, in m/s: the limit, else what is usual for the class.</summary>
    public double SpeedMps => (MaxSpeedKmh ?? UsualKmh(Highway)) / 3.6;

    /// <summary>True for streets whose crossings have traffic lights.</summary>
    public bool IsMajor => Highway is "primary" or "secondary" or "trunk";

    public bool IsMotorway => Highway is "motorway" or "motorway_link" or "trunk_link";

    private static double UsualKmh(string highway) => highway switch
    {
        "motorway" => 90,
        "trunk" => 60,
        "motorway_link" or "trunk_link" or "primary" => 45,
        "primary_link" or "secondary" => 40,
        "secondary_link" or "tertiary" => 35,
        _ => 30,
    };
}
