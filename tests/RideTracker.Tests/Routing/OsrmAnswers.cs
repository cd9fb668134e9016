namespace RideTracker.Tests.Routing;

/// <summary>
/// Answers of <c>/route/v1</c> in the form that OSRM's docs/http.md describes and its public server gives (5.x, car profile). No server was at hand: they
/// are written down after those, between two places of San Francisco.
/// </summary>
internal static class OsrmAnswers
{
    /// <summary>With <c>overview=full&amp;geometries=geojson</c>.</summary>
    public const string Route = """
        {"code":"Ok","routes":[{"geometry":{"coordinates":[[-122.419398,37.774929],[-122.418871,37.775346],[-122.417263,37.774056],[-122.412207,37.778041],
        [-122.407153,37.782062],[-122.401933,37.786189],[-122.396831,37.790206],[-122.394291,37.793241],[-122.393701,37.795502]],"type":"LineString"},
        "legs":[{"steps":[],"summary":"","weight":512.3,"duration":508.6,"distance":3391.7}],
        "weight_name":"routability","weight":512.3,"duration":508.6,"distance":3391.7}],
        "waypoints":[{"distance":1.523842,"name":"Market Street","location":[-122.419398,37.774929]},
        {"distance":3.118025,"name":"The Embarcadero","location":[-122.393701,37.795502]}]}
        """;

    public const string NoRoute = """{"code":"NoRoute","message":"Impossible route between points"}""";

    public const string NoSegment = """{"code":"NoSegment","message":"Could not find a matching segment for coordinate 0"}""";

    public const string InvalidQuery = """{"code":"InvalidQuery","message":"Query string malformed close to position 42"}""";

    public const string TooBig = """{"code":"TooBig","message":"Number of entries 2 is higher than current maximum (1)"}""";
}
