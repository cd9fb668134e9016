using RideTracker.Client;

namespace RideTracker.Conformance;

/// <summary>What a case does beyond reporting and watching, which not every deployment allows.</summary>
[Flags]
internal enum Need
{
    Nothing = 0,

    /// <summary>A second node behind the same hub.</summary>
    SecondNode = 1,

    /// <summary>To end the trip.</summary>
    TripEnd = 2,

    /// <summary>Tokens that run out soon.</summary>
    ShortTokens = 4,

    /// <summary>A node that may be drained or killed.</summary>
    SpareNode = 8,

    /// <summary>To lose messages between hub and node, or the hub's latest state.</summary>
    HubAccess = 16,
}

/// <summary>One row of the table: what must hold, for every strategy.</summary>
/// <param name="Name">Names it in results.</param>
/// <param name="Needs">What it can't be tried without.</param>
/// <param name="HoldsAsync">Tries it; fails if it does not hold.</param>
internal sealed record ConformanceCase(string Name, Need Needs, Func<Ride, RiderStrategy, Task> HoldsAsync)
{
    /// <summary>Tries it on a deployment, by one strategy.</summary>
    /// <exception cref="ConformanceException">It does not hold.</exception>
    public async Task RunAsync(Deployment deployment, RiderStrategy strategy)
    {
        if (deployment.Lacks(Needs) is { } reason) Assert.Skip(reason);
        await using var ride = await deployment.BeginRideAsync();
        try
        {
            await HoldsAsync(ride, strategy);
        }
        catch (Exception failure) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new ConformanceException(this, strategy, failure);
        }
    }
}

/// <summary>The deployment breaks the contract: the message names the case and the strategy, and says what was seen.</summary>
internal sealed class ConformanceException(ConformanceCase broken, RiderStrategy strategy, Exception seen)
    : Exception($"{broken.Name}, {strategy.ToWire()}: {seen.Message}", seen)
{
    public ConformanceCase Case => broken;
}
