using RideTracker.IntegrationTests.Engines;

[assembly: AssemblyFixture(typeof(RideTracker.Conformance.DeploymentsFixture))]

namespace RideTracker.Conformance;

/// <summary>The deployments of one run: each is started when first asked for, shared by all that ask, and ended with the run.</summary>
public sealed class DeploymentsFixture : IAsyncLifetime
{
    private readonly Dictionary<string, Lazy<Task<Deployment>>> _own;
    private readonly Lazy<Task<Deployment>> _given = new(async () => await GivenDeployment.ConnectAsync());
    private readonly List<HubEngine> _engines = [new GarnetEngine(), new Redis7Engine(), new Redis8Engine(), new Valkey8Engine()];

    public DeploymentsFixture() =>
        _own = _engines.ToDictionary(engine => engine.Name, engine => new Lazy<Task<Deployment>>(async () =>
        {
            await engine.InitializeAsync();
            engine.Require();
            return await OwnDeployment.StartAsync(engine);
        }));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var deployment in _own.Values.Append(_given).Where(one => one.IsValueCreated && one.Value.IsCompletedSuccessfully)) await (await deployment.Value).DisposeAsync();
        foreach (var engine in _engines) await engine.DisposeAsync();
    }

    /// <summary>Two nodes of our own on this engine; skips the test where the engine is not to be had.</summary>
    internal Task<Deployment> OnAsync(string engine) => _own[engine].Value;

    /// <summary>The deployment that the operator named.</summary>
    internal Task<Deployment> GivenAsync() => _given.Value;
}
