using RideTracker.Client;

namespace RideTracker.Conformance;

/// <summary>The table on one deployment: every case by every strategy.</summary>
public abstract class ConformanceTests
{
    public static IEnumerable<ITheoryDataRow> OwnRows => GivenDeployment.IsNamed
        ? [new TheoryDataRow<string, RiderStrategy>("all", default) { Skip = $"{GivenDeployment.Url} names a deployment: that is tested, not nodes of the suite's own" }]
        : Rows;

    public static IEnumerable<ITheoryDataRow> GivenRows => GivenDeployment.IsNamed
        ? Rows
        : [new TheoryDataRow<string, RiderStrategy>("all", default) { Skip = $"{GivenDeployment.Url} names no deployment" }];

    private static IEnumerable<ITheoryDataRow> Rows =>
        from one in Table.Cases from strategy in Table.Strategies select new TheoryDataRow<string, RiderStrategy>(one.Name, strategy);
}

/// <summary>Nodes of our own on one engine; nothing to do where the operator named a deployment.</summary>
public abstract class OwnNodesTests(DeploymentsFixture deployments, string engine) : ConformanceTests
{
    [Theory, MemberData(nameof(OwnRows))]
    public async Task Holds(string name, RiderStrategy strategy) => await Table.Find(name).RunAsync(await deployments.OnAsync(engine), strategy);
}

[Trait("engine", "garnet")]
public sealed class OnGarnet(DeploymentsFixture deployments) : OwnNodesTests(deployments, "garnet");

[Trait("engine", "redis7")]
public sealed class OnRedis7(DeploymentsFixture deployments) : OwnNodesTests(deployments, "redis7");

[Trait("engine", "redis8")]
public sealed class OnRedis8(DeploymentsFixture deployments) : OwnNodesTests(deployments, "redis8");

[Trait("engine", "valkey8")]
public sealed class OnValkey8(DeploymentsFixture deployments) : OwnNodesTests(deployments, "valkey8");

/// <summary>The deployment that the operator named.</summary>
public sealed class OnGivenDeployment(DeploymentsFixture deployments) : ConformanceTests
{
    [Theory, MemberData(nameof(GivenRows))]
    public async Task Holds(string name, RiderStrategy strategy) => await Table.Find(name).RunAsync(await deployments.GivenAsync(), strategy);
}
