using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using Microsoft.Extensions.Logging.Abstractions;
using Testcontainers.Redis;

namespace RideTracker.IntegrationTests.Engines;

/// <summary>An official image of Redis or Valkey in a container.</summary>
public abstract class ContainerEngine(string name, string image) : HubEngine
{
    private RedisContainer? _container;

    static ContainerEngine() => WithoutReaper();

    // The container is ended by its test; the helper that would clean up after a crash is one more image to pull.
    internal static void WithoutReaper()
    {
        if (Environment.GetEnvironmentVariable("TESTCONTAINERS_RYUK_DISABLED") is null) TestcontainersSettings.ResourceReaperEnabled = false;
    }

    public override string Name => name;

    protected override async Task<string> StartAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            // By its log: not every image has a client program to ask with.
            _container = new RedisBuilder(image).WithLogger(NullLogger.Instance)
                .WithWaitStrategy(Wait.ForUnixContainer().UntilMessageIsLogged("Ready to accept connections")).Build();
            await _container.StartAsync(patience.Token);
        }
        catch (Exception failure) when (failure is DockerUnavailableException or ArgumentException)
        {
            throw new EngineMissingException($"no Docker engine answers: {FirstLine(failure)}");
        }
        catch (Exception failure) when (failure is Docker.DotNet.DockerApiException or OperationCanceledException)
        {
            throw new EngineMissingException($"the image {image} is not here and can't be pulled, or its container does not start: {FirstLine(failure)}");
        }

        return _container.GetConnectionString();
    }

    protected override async Task EndAsync()
    {
        if (_container is not null) await _container.DisposeAsync();
    }

    private static string FirstLine(Exception failure) => failure.Message.Split('\n')[0].Trim();
}

public sealed class Redis8Engine() : ContainerEngine("redis8", "redis:8");

/// <summary>Valkey 8. It has no hash-field TTL and none of Redis 8's own commands.</summary>
public sealed class Valkey8Engine() : ContainerEngine("valkey8", "valkey/valkey:8");
