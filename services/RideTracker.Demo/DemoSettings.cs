namespace RideTracker.Demo;

/// <summary>What the demo was asked for on its command line.</summary>
/// <param name="Port">Where it serves; 0 takes any free port.</param>
/// <param name="AnyAddress">Whether it serves beyond loopback: in a container only, since whoever reaches it is handed tokens.</param>
/// <param name="Cars">Size of the fleet.</param>
/// <param name="Seed">Makes the fleet and its trips; the same seed makes the same ones.</param>
/// <param name="Api">Base URL of a RideTracker that runs elsewhere, or of what stands before it; none: all is embedded.</param>
/// <param name="MapFolder">Where the built web map lies, if it was built.</param>
internal sealed record DemoSettings(int Port, bool AnyAddress, int Cars, int Seed, Uri? Api, string? MapFolder);
