namespace RideTracker.Fleet.Planning;

/// <summary>The town's quarters and landmarks: names and about where they lie.</summary>
internal static class TownLandmarks
{
    /// <summary>Area labels of the map.</summary>
    public static readonly (string Name, Spot At)[] Areas =
    [
        ("Old Town", new(-330, -540)), ("Cathedral Hill", new(-1020, 470)), ("Westbank", new(-1900, 60)), ("Saltmarsh", new(-1750, -1290)),
        ("Harbour", new(-620, -1290)), ("Mill Quarter", new(-420, 400)), ("Northfield", new(-1080, 1330)), ("University", new(700, 240)),
        ("Eastgate", new(1900, 250)), ("Highmoor", new(1560, 1220)), ("Kilnside", new(1000, -560)), ("Foundry", new(1750, -1420)), ("Docklands", new(800, -1250)),
        ("Lakeside", new(760, 1330)), ("Farshore", new(10300, 900)),
    ];

    /// <summary>Names of the sea and its bays.</summary>
    public static readonly (string Name, Spot At)[] Waters =
    [
        ("Maren Bay", new(1450, -2550)), ("Eastgate Sound", new(3150, -150)), ("Saltmarsh Bay", new(-2700, -2450)), ("Gull Island", new(3450, 700)),
    ];

    /// <summary>Places that riders ask for by name; each stands for the crossing nearest to it.</summary>
    public static readonly (string Name, Spot At)[] All =
    [
        ("Central Station", new(-700, -60)), ("City Hall", new(-350, -240)), ("St Maren Cathedral", new(-1000, 320)), ("Harbour Terminal", new(-420, -1760)),
        ("Ferry Pier", new(60, -1790)), ("University Library", new(960, 420)), ("General Hospital", new(1400, 640)), ("Lake Pavilion", new(130, 890)),
        ("Western Market", new(-1380, -180)), ("Saltmarsh Stadium", new(-1900, -1200)), ("Foundry Arts", new(1650, -1300)), ("Eastgate Mall", new(2000, 0)),
        ("Highmoor Gardens", new(1600, 1350)), ("Northfield School", new(-1500, 1250)), ("Grand Hotel", new(330, -60)), ("Opera House", new(-420, 200)),
        ("Lighthouse Point", new(2250, -900)), ("Old Mill", new(-250, 560)), ("Kiln Museum", new(620, -520)), ("Saltmarsh Beach", new(-1950, -1500)),
    ];
}
