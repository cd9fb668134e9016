using RideTracker.Client;
using RideTracker.Protocol;

namespace RideTracker.Fleet;

/// <summary>Settings of a <see cref="SimulatedFleet"/>.</summary>
public sealed record FleetOptions
{
    /// <summary>The server's base address.</summary>
    public required Uri Server { get; init; }

    /// <summary>Gives a driver's token, before each connect.</summary>
    public required Func<DriverId, CancellationToken, ValueTask<string>> Token { get; init; }

    public DriverDoor Door { get; init; } = DriverDoor.WebSocket;

    /// <summary>Cars, 1 to 100,000.</summary>
    public int Cars { get; init; } = 200;

    /// <summary>Chooses drivers, places, trips and errors of measurement.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Between two fixes of a car, 100 ms at least, unless the server advises another.</summary>
    public TimeSpan FixInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether the phones follow the server's advice.</summary>
    public bool ObeysAdvice { get; init; } = true;

    /// <summary>Share of the cars that are on a ride, about, 0 to 1.</summary>
    public double BusyShare { get; init; } = 0.6;

    /// <summary>So many rides are kept that go on for more than <see cref="LongRide"/>: whenever there are fewer, the next free car takes one.</summary>
    public int LongRides { get; init; } = 10;

    /// <summary>What counts as long.</summary>
    public TimeSpan LongRide { get; init; } = TimeSpan.FromMinutes(12);

    /// <summary>How driver ids begin.</summary>
    public string DriverPrefix { get; init; } = "car-";

    internal void Validate()
    {
        if (Cars is < 1 or > 100_000) throw Wrong(nameof(Cars), "must be 1 to 100,000");
        if (FixInterval < TimeSpan.FromMilliseconds(100)) throw Wrong(nameof(FixInterval), "must be 100 ms or more");
        if (BusyShare is < 0 or > 1) throw Wrong(nameof(BusyShare), "must be 0 to 1");
        if (LongRides < 0) throw Wrong(nameof(LongRides), "must not be negative");
        if (LongRide > TimeSpan.FromHours(1)) throw Wrong(nameof(LongRide), "must be one hour at most");
        if (!DriverId.TryParse($"{DriverPrefix}{Cars:000}", out _)) throw Wrong(nameof(DriverPrefix), "must be of the letters that driver ids may have");
    }

    private static ArgumentException Wrong(string name, string what) => new($"{nameof(FleetOptions)}.{name} {what}.", name);
}
