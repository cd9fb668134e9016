namespace RideTracker.Fleet.Planning;

/// <summary>Hands out street names, none twice.</summary>
internal sealed class TownNames
{
    private static readonly string[] Words =
    [
        "Alder", "Anchor", "Apple", "Ash", "Aspen", "Baker", "Barley", "Basket", "Beacon", "Beech", "Bell", "Birch", "Bramble", "Brewer", "Bridge", "Candle",
        "Carpenter", "Carter", "Cedar", "Chandler", "Chapel", "Cherry", "Chestnut", "Clover", "Cobbler", "Cooper", "Copper", "Coral", "Cross", "Curlew", "Cypress",
        "Dyer", "Elder", "Elm", "Farrier", "Fern", "Fiddler", "Fisher", "Fletcher", "Forge", "Fountain", "Foxglove", "Garden", "Gate", "Glover", "Granary",
        "Hatter", "Hawthorn", "Hazel", "Heath", "Heron", "Holly", "Hope", "Hopper", "Ivy", "Jasmine", "Joiner", "Juniper", "Keeper", "Kiln", "Lantern", "Larch",
        "Larkspur", "Laurel", "Lavender", "Lilac", "Lime", "Linden", "Linnet", "Madder", "Magnolia", "Mallow", "Maple", "Market", "Mason", "Meadow", "Miller",
        "Mint", "Mulberry", "Myrtle", "Nettle", "Oak", "Olive", "Orchard", "Osier", "Otter", "Owl", "Paper", "Pear", "Pepper", "Pilot", "Pine", "Plover",
        "Plum", "Poplar", "Potter", "Printer", "Quince", "Raven", "Reed", "Roper", "Rose", "Rowan", "Rush", "Saddler", "Saffron", "Sailmaker", "Salt", "Sawyer",
        "School", "Sexton", "Silver", "Smith", "Sorrel", "Spindle", "Spring", "Spruce", "Starling", "Stonemason", "Sycamore", "Tanner", "Teasel", "Thistle",
        "Thorn", "Thyme", "Tiller", "Tower", "Turner", "Vine", "Violet", "Wagon", "Walnut", "Water", "Weaver", "Well", "Wheel", "Wicker", "Willow", "Wren", "Yarrow", "Yew",
    ];

    private readonly List<string> _words = [.. Words];
    private int _next;

    public TownNames(SeededRandom random) => random.Shuffle(_words);

    /// <summary>A new name with this ending, such as <c>Street</c>.</summary>
    public string Next(string ending)
    {
        // Once the words are used up they come again with a direction, so that no name is given twice.
        var round = _next / _words.Count;
        var word = _words[_next++ % _words.Count];
        return round switch { 0 => $"{word} {ending}", 1 => $"Upper {word} {ending}", 2 => $"Lower {word} {ending}", _ => $"{word} {ending} {round}" };
    }
}
