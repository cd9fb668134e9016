namespace RideTracker.Fleet.Planning;

/// <summary>A street as the planner draws it, before crossings are made.</summary>
internal sealed record StreetLine(string Highway, string Name, IReadOnlyList<Spot> Spots)
{
    public bool OneWay { get; init; }

    /// <summary>For a street whose name changes on the way: what it is called at a spot.</summary>
    public Func<Spot, string>? NameAt { get; init; }

    /// <summary>Motorway carriageways pass over everything but their own ramps.</summary>
    public bool IsRaised => Highway == "motorway";

    public bool IsRamp => Highway == "motorway_link";

    /// <summary>Whether gaps and dead ends suit it.</summary>
    public bool IsMinor => Highway is "residential" or "tertiary" && !IsFrontage;

    /// <summary>Runs beside the motorway or round a park and must stay whole.</summary>
    public bool IsFrontage { get; init; }

    public double SpeedKmh => Highway switch
    {
        "motorway" => 90,
        "motorway_link" => 50,
        "primary" => 50,
        "secondary" => 50,
        "tertiary" => 40,
        _ => 30,
    };
}
