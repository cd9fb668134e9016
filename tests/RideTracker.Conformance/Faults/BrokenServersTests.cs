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

    public static IEnumerable<ITheoryDataRow> Broken => OnlyOnOwnNodes(
        from row in (IEnumerable<(Fault Fault, string Name, RiderStrategy[] Strategies)>)
        [
            (Fault.RepeatedCursor, Resume, All),
            (Fault.NoReset, Unknown, All),
            (Fault.SettledButNotStored, First, All),
            (Fault.DroppedResume, Resume, All),
            (Fault.OlderFix, Time, All),
            (Fault.NoAlive, Alive, Streams),
            (Fault.NoEnd, End, Streams),
            (Fault.LostStates, Fallback, Streams),
        ]
        from strategy in row.Strategies
        select (row.Fault, row.Name, strategy));

    public static IEnumerable<ITheoryDataRow> Unbroken => OnlyOnOwnNodes(
        from name in (IEnumerable<string>)[First, Resume, Unknown, Time, Alive, End, Fallback] from strategy in All select (Fault.None, name, strategy));

    [Theory, MemberData(nameof(Broken))]
    public async Task BrokenServer_FailsTheCaseThatSaysSo(Fault fault, string name, RiderStrategy strategy)
    {
        await using var deployment = await FaultyDeployment.StartAsync((OwnDeployment)await deployments.OnAsync("garnet"), fault);

        var failure = await Assert.ThrowsAsync<ConformanceException>(() => Table.Find(name).RunAsync(deployment, strategy));

        Assert.StartsWith($"{name}, {strategy.ToWire()}: ", failure.Message, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine(failure.Message);
    }

    [Theory, MemberData(nameof(Unbroken))]
    public async Task SameServerUnbroken_PassesIt(Fault fault, string name, RiderStrategy strategy)
    {
        await using var deployment = await FaultyDeployment.StartAsync((OwnDeployment)await deployments.OnAsync("garnet"), fault);

        await Table.Find(name).RunAsync(deployment, strategy);
    }

    private static IEnumerable<ITheoryDataRow> OnlyOnOwnNodes(IEnumerable<(Fault, string, RiderStrategy)> rows) => GivenDeployment.IsNamed
        ? [new TheoryDataRow<Fault, string, RiderStrategy>(default, "all", default) { Skip = $"{GivenDeployment.Url} names a deployment: that is tested, not the suite" }]
        : rows.Select(row => new TheoryDataRow<Fault, string, RiderStrategy>(row.Item1, row.Item2, row.Item3));
}
