namespace RideTracker.Demo;

/// <summary>What the demo was asked for on its command line.</summary>
/// <param name="Port">Where it serves; 0 takes any free port.</param>
/// <param name="AnyAddress">Whether it serves beyond loopback: in a container only, since whoever reaches it is handed tokens.</param>
/// <param name="Cars">Size of the fleet.</param>
/// <param name="Seed">Makes the fleet and its trips; the same seed makes the same ones.</param>
/// <param name="Attachment">The hub and nodes that run elsewhere; none: embedded ones.</param>
/// <param name="MapFolder">Where the built web map lies, if it was built.</param>
internal sealed record DemoSettings(int Port, bool AnyAddress, int Cars, int Seed, Attachment? Attachment, string? MapFolder);

/// <summary>Where a hub and its tracking nodes run.</summary>
/// <param name="Hub">StackExchange.Redis configuration, such as <c>HOST:PORT</c>.</param>
/// <param name="Api">Base URL of the nodes, or of what stands before them.</param>
internal sealed record Attachment(string Hub, Uri Api);
