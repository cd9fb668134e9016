namespace RideTracker.Fleet.Planning;

/// <summary>The town's quarters and landmarks: names and about where they lie.</summary>
internal static class TownLandmarks
{
    /// <summary>Area labels of the map.</summary>
    public static readonly (string Name, Spot At)[] Areas =
    [
        ("Old Town", new(-420, -420)), ("Cathedral Hill", new(-1020, 260)), ("Westbank", new(-1850, -220)), ("Saltmarsh", new(-1750, -1350)),
        ("Harbour", new(-520, -1500)), ("Mill Quarter", new(-480, 430)), ("Northfield", new(-1300, 1330)), ("University", new(1000, 330)),
        ("Eastgate", new(1900, 250)), ("Highmoor", new(1500, 1300)), ("Kilnside", new(1000, -430)), ("Foundry", new(1800, -1350)), ("Docklands", new(650, -1550)),
    ];

    /// <summary>Places that riders ask for by name; each stands for the crossing nearest to it.</summary>
    public static readonly (string Name, Spot At)[] All =
    [
        ("Central Station", new(-700, -60)), ("City Hall", new(-350, -90)), ("St Maren Cathedral", new(-1000, 320)), ("Harbour Terminal", new(-330, -1620)),
        ("Ferry Landing", new(330, -1560)), ("University Library", new(900, 420)), ("General Hospital", new(1350, 640)), ("Lake Pavilion", new(130, 890)),
        ("Western Market", new(-1380, -130)), ("Saltmarsh Stadium", new(-1900, -1200)), ("Foundry Arts", new(1750, -1250)), ("Eastgate Mall", new(2000, 0)),
        ("Highmoor Gardens", new(1600, 1350)), ("Northfield School", new(-1400, 1250)), ("Grand Hotel", new(330, -60)), ("Opera", new(-420, 200)),
        ("Lighthouse", new(2250, -900)), ("Old Mill", new(-300, 560)), ("Kiln Museum", new(980, -520)), ("Westbank Beach", new(-2350, -200)),
    ];
}
