using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using Microsoft.Extensions.Logging.Abstractions;
using Testcontainers.Redis;

namespace RideTracker.IntegrationTests.Engines;

/// <summary>Redis 8: the official image in a container.</summary>
public sealed class Redis8Engine : HubEngine
{
    private const string Image = "redis:8";

    private RedisContainer? _container;

    static Redis8Engine()
    {
        // The container is ended here; the helper that would clean up after a crash is one more image to pull.
        if (Environment.GetEnvironmentVariable("TESTCONTAINERS_RYUK_DISABLED") is null) TestcontainersSettings.ResourceReaperEnabled = false;
    }

    public override string Name => "redis8";

    protected override async Task<string> StartAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            _container = new RedisBuilder(Image).WithLogger(NullLogger.Instance).Build();
            await _container.StartAsync(patience.Token);
        }
        catch (Exception failure) when (failure is DockerUnavailableException or ArgumentException)
        {
            throw new EngineMissingException($"no Docker engine answers: {FirstLine(failure)}");
        }
        catch (Exception failure) when (failure is Docker.DotNet.DockerApiException or OperationCanceledException)
        {
            throw new EngineMissingException($"the image {Image} is not here and can't be pulled, or its container does not start: {FirstLine(failure)}");
        }

        return _container.GetConnectionString();
    }

    protected override async Task EndAsync()
    {
        if (_container is not null) await _container.DisposeAsync();
    }

    private static string FirstLine(Exception failure) => failure.Message.Split('\n')[0].Trim();
}
