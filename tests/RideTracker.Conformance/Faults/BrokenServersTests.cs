using RideTracker.Client;

namespace RideTracker.Conformance.Faults;

/// <summary>The suite is itself tested: a server that is broken on purpose fails it, in the case that says so, and the same server unbroken does not.</summary>
[Trait("engine", "garnet")]
public sealed class BrokenServersTests(DeploymentsFixture deployments)
{
    private const string First = "first-state-is-current";
    private const string Resume = "resume-misses-and-repeats-nothing";
    private const string Unknown = "unknown-cursor-gives-reset";
    private const string Time = "fix-time-never-goes-back";
    private const string Alive = "alive-in-silence";
    private const string End = "end-then-gone";
    private const string Fallback = "fallback-between-strategies-keeps-the-cursor";

    private static readonly RiderStrategy[] Streams = [RiderStrategy.Sse, RiderStrategy.WebSocket];
    private static readonly RiderStrategy[] All = [.. Table.Strategies];

    public static TheoryData<Fault, string, RiderStrategy> Broken
    {
        get
        {
            var rows = new TheoryData<Fault, string, RiderStrategy>();
            if (GivenDeployment.IsNamed) return rows;
            foreach (var (fault, name, strategies) in (IEnumerable<(Fault, string, RiderStrategy[])>)
            [
                (Fault.RepeatedCursor, Resume, All),
                (Fault.NoReset, Unknown, All),
                (Fault.SettledButNotStored, First, All),
                (Fault.DroppedResume, Resume, All),
                (Fault.OlderFix, Time, All),
                (Fault.NoAlive, Alive, Streams),
                (Fault.NoEnd, End, Streams),
                (Fault.LostStates, Fallback, Streams),
            ])
                foreach (var strategy in strategies) rows.Add(fault, name, strategy);
            return rows;
        }
    }

    public static TheoryData<string, RiderStrategy> Unbroken
    {
        get
        {
            var rows = new TheoryData<string, RiderStrategy>();
            if (GivenDeployment.IsNamed) return rows;
            foreach (var name in (string[])[First, Resume, Unknown, Time, Alive, End, Fallback])
                foreach (var strategy in All) rows.Add(name, strategy);
            return rows;
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Broken))]
    public async Task BrokenServer_FailsTheCaseThatSaysSo(Fault fault, string name, RiderStrategy strategy)
    {
        await using var deployment = await FaultyDeployment.StartAsync((OwnDeployment)await deployments.OnAsync("garnet"), fault);

        var failure = await Assert.ThrowsAsync<ConformanceException>(() => Table.Find(name).RunAsync(deployment, strategy));

        Assert.StartsWith($"{name}, {strategy.ToWire()}: ", failure.Message, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine(failure.Message);
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Unbroken))]
    public async Task SameServerUnbroken_PassesIt(string name, RiderStrategy strategy)
    {
        await using var deployment = await FaultyDeployment.StartAsync((OwnDeployment)await deployments.OnAsync("garnet"), Fault.None);

        await Table.Find(name).RunAsync(deployment, strategy);
    }
}
