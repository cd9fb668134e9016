using RideTracker.Protocol;

namespace RideTracker.Fleet;

/// <summary>A made-up driver.</summary>
/// <param name="Name">A first name.</param>
/// <param name="Vehicle">Colour and kind of the car.</param>
/// <param name="Plate">Unlike every other one of its fleet.</param>
public sealed record SimulatedDriver(DriverId Id, string Name, string Vehicle, string Plate)
{
    private static readonly string[] Names =
    [
        "Maya", "Tom", "Ines", "Jonas", "Aisha", "Luca", "Nora", "Samir", "Elif", "Marco", "Yuki", "Ola", "Petra", "Dawit", "Lena", "Carlos", "Mina", "Pavel", "Rosa", "Ken",
        "Ida", "Omar", "Vera", "Felix", "Zara", "Hugo", "Lin", "Mateo", "Sofia", "Ravi", "Anna", "Karim", "Greta", "Tariq", "Eva", "Leo", "Amara", "Nils", "Chloe", "Jamal",
    ];

    private static readonly string[] Colours = ["White", "Black", "Silver", "Blue", "Red", "Grey", "Green", "Yellow"];
    private static readonly string[] Kinds = ["hatchback", "saloon", "estate", "minivan", "SUV"];

    /// <summary>The driver number <paramref name="index"/> of a fleet, the same for the same seed.</summary>
    internal static SimulatedDriver Create(string prefix, int index, SeededRandom random)
    {
        var name = Names[random.Below(Names.Length)];
        var vehicle = $"{Colours[random.Below(Colours.Length)]} {Kinds[random.Below(Kinds.Length)]}";
        return new(DriverId.Parse($"{prefix}{index + 1:000}"), name, vehicle, $"MB {(index * 37 % 9000) + 1000:0000} {(char)('A' + (index / 9000 % 26))}");
    }
}
