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
        "Larkspur", "Laurel", "Lavender", "Lilac", "Lime", "Linden", "Linnet", "Madder", "Magnolia", "Mallow", "Maple", "Mason", "Meadow", "Miller",
        "Mint", "Mulberry", "Myrtle", "Nettle", "Oak", "Olive", "Orchard", "Osier", "Otter", "Owl", "Paper", "Pear", "Pepper", "Pilot", "Pine", "Plover",
        "Plum", "Poplar", "Potter", "Printer", "Quince", "Raven", "Reed", "Roper", "Rose", "Rowan", "Rush", "Saddler", "Saffron", "Sailmaker", "Salt", "Sawyer",
        "School", "Sexton", "Silver", "Smith", "Sorrel", "Spindle", "Spring", "Spruce", "Starling", "Stonemason", "Sycamore", "Tanner", "Teasel", "Thistle",
        "Thorn", "Thyme", "Tiller", "Tower", "Turner", "Vine", "Violet", "Wagon", "Walnut", "Water", "Weaver", "Well", "Wheel", "Wicker", "Willow", "Wren", "Yarrow", "Yew",
        "Abbot", "Acorn", "Almond", "Amber", "Arbour", "Archer", "Aster", "Avocet", "Badger", "Barnard", "Bartlett", "Bellamy", "Bishop", "Blackbird", "Bluebell", "Bowman", "Briar", "Brook",
        "Buttercup", "Caldwell", "Camellia", "Campion", "Canal", "Castle", "Celandine", "Clement", "Columbine", "Compass", "Cormorant", "Cowslip", "Cresswell", "Custom House", "Dahlia", "Dockside",
        "Dovecote", "Draper", "Drover", "Dunlin", "Eider", "Ellery", "Exchange", "Falcon", "Ferry", "Finch", "Flint", "Foundling", "Furrow", "Galley", "Gannet", "Gilbert", "Glebe", "Goldfinch",
        "Grange", "Greenway", "Guildhall", "Halyard", "Harrier", "Harrow", "Hartley", "Hawkins", "Hedgerow", "Herring", "Hollin", "Hornbeam", "Hyacinth", "Iris", "Jubilee", "Kestrel", "Kingfisher",
        "Kittiwake", "Lapwing", "Lockkeeper", "Lupin", "Mallard", "Marigold", "Mariner", "Marlow", "Martin", "Merchant", "Merlin", "Mistletoe", "Monk", "Moorhen", "Nightingale", "Oriole", "Osprey",
        "Oyster", "Parson", "Partridge", "Paxton", "Pelham", "Petrel", "Pheasant", "Pippin", "Primrose", "Prospect", "Quarry", "Quayle", "Ransom", "Regent", "Ridge", "Robin", "Russet", "Sandpiper",
        "Scholar", "Seafarer", "Shearwater", "Shepherd", "Shipwright", "Skylark", "Snipe", "Sparrow", "Speedwell", "Steeple", "Stillwater", "Swallow", "Tamarisk", "Tansy", "Tern", "Thatcher", "Tide",
        "Topaz", "Trinity", "Tulip", "Valerian", "Vicarage", "Viola", "Wainwright", "Warbler", "Wayland", "Wharf", "Whinchat", "Whitby", "Windmill", "Winter", "Woodbine", "Woodcock", "Zephyr",
    ];

    private readonly List<string> _words = [.. Words];
    private int _next;

    public TownNames(SeededRandom random) => random.Shuffle(_words);

    /// <summary>A new name, with an ending that suits the street.</summary>
    public string Next(bool isBroad, bool isCross, double meters)
    {
        string[] endings = isBroad ? ["Road", "Road", "Avenue"] : meters < 260 ? ["Place", "Row", "Close", "Court"] : isCross ? ["Lane", "Street", "Hill", "Walk", "Terrace"] : ["Street", "Street", "Street", "Way"];
        // Once the words are used up they come again with a direction, so that no name is given twice.
        var round = _next / _words.Count;
        var word = _words[_next % _words.Count];
        var ending = endings[_next++ % endings.Length];
        return round switch { 0 => $"{word} {ending}", 1 => $"Upper {word} {ending}", 2 => $"Lower {word} {ending}", _ => $"{word} {ending} {round}" };
    }

    /// <summary>A counted street: <c>1st Street</c>, <c>2nd Street</c>, <c>11th Street</c>.</summary>
    public static string Ordinal(int number)
    {
        var ending = (number % 10, number % 100) switch { (_, 11 or 12 or 13) => "th", (1, _) => "st", (2, _) => "nd", (3, _) => "rd", _ => "th" };
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{number}{ending} Street");
    }
}
