namespace RideTracker.Fleet.Planning;

/// <summary>The parks: squares in the town, a large one round the lake, the wild edge of the shore, and woods beyond.</summary>
internal static class TownParks
{
    public static IReadOnlyList<TownPark> Make(TownCoast coast, Spot lake, SeededRandom random)
    {
        var rough = new Roughness(random, 6);
        List<Spot> LakePark(double more) => Curves.Ellipse(lake, 640 + more, 420 + more, 80, i => 1 + (0.16 * rough.At(i / 80.0)));
        return
        [
            new TownPark("Lake Park", new Polyline(LakePark(0)), LakePark(22), "Lakeside Drive"),
            TownPark.Square("Cathedral Green", new(-1085, 300), new(60 / 61.0, 11 / 61.0), 190, 130, "Cathedral Close"),
            TownPark.Square("University Park", new(1085, 260), new(60 / 61.0, 11 / 61.0), 190, 250, "Campus Road"),
            TownPark.Square("Kiln Gardens", new(520, -430), new(4 / 5.0, -3 / 5.0), 150, 110, "Kiln Gardens Road"),
            TownPark.Square("Foundry Fields", new(1800, -1190), new(12 / 13.0, -5 / 13.0), 250, 140, "Fieldside"),
            TownPark.Square("Northfield Common", new(-1790, 1130), new(12 / 13.0, 5 / 13.0), 300, 190, "Common Road"),
            TownPark.Square("The Grove", new(-1850, -480), new(35 / 37.0, -12 / 37.0), 200, 120, "Grove Road"),
            TownPark.Square("Assembly Square", new(-420, -330), new(24 / 25.0, 7 / 25.0), 120, 84, "Assembly Square"),
            new TownPark("Lighthouse Point", coast.Strip(0.905, 0.985)),
            new TownPark("Eastgate Shore", coast.Strip(1.02, 1.075)),
            new TownPark("Saltmarsh Reserve", coast.Strip(0.615, 0.675)),
            TownPark.Wild("Highmoor Forest", new(800, 4300), 1350, 1500, random),
            TownPark.Wild("Marenwood", new(-4300, 2900), 1200, 900, random),
            TownPark.Wild("West Moor", new(-7600, 3600), 1900, 2300, random),
            TownPark.Wild("Gorse Hill", new(-4200, -500), 700, 380, random),
            TownPark.Wild("North Fells", new(-3200, 8900), 2600, 1700, random),
        ];
    }
}
