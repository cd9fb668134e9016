using RideTracker.Client;

namespace RideTracker.Conformance;

/// <summary>The table on one deployment: every case by every strategy.</summary>
public abstract class ConformanceTests
{
    public static TheoryData<string, RiderStrategy> OwnRows => GivenDeployment.IsNamed ? [] : Rows;

    public static TheoryData<string, RiderStrategy> GivenRows => GivenDeployment.IsNamed ? Rows : [];

    private static TheoryData<string, RiderStrategy> Rows
    {
        get
        {
            var rows = new TheoryData<string, RiderStrategy>();
            foreach (var one in Table.Cases)
                foreach (var strategy in Table.Strategies) rows.Add(one.Name, strategy);
            return rows;
        }
    }
}

/// <summary>Nodes of our own on one engine; nothing to do where the operator named a deployment.</summary>
public abstract class OwnNodesTests(DeploymentsFixture deployments, string engine) : ConformanceTests
{
    [Theory(SkipTestWithoutData = true), MemberData(nameof(OwnRows))]
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
    [Theory(SkipTestWithoutData = true), MemberData(nameof(GivenRows))]
    public async Task Holds(string name, RiderStrategy strategy) => await Table.Find(name).RunAsync(await deployments.GivenAsync(), strategy);
}
