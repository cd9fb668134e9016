using DotNet.Testcontainers.Builders;
using Microsoft.Extensions.Logging.Abstractions;
using Testcontainers.PostgreSql;

namespace RideTracker.IntegrationTests.Engines;

/// <summary>The official image of PostgreSQL 17 with PostGIS in a container, as docker-compose.yml runs it.</summary>
public sealed class PostgisContainer : IAsyncLifetime
{
    /// <summary>The engine's word in <c>RIDETRACKER_REQUIRE_ENGINES</c>.</summary>
    public const string Name = "postgis17";

    private const string Image = "postgis/postgis:17-3.5";

    private PostgreSqlContainer? _container;
    private string? _missing;

    public async ValueTask InitializeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            ContainerEngine.WithoutReaper();
            _container = new PostgreSqlBuilder(Image).WithLogger(NullLogger.Instance).WithDatabase("records").WithUsername("records").Build();
            await _container.StartAsync(patience.Token);
        }
        catch (Exception failure) when (failure is DockerUnavailableException or ArgumentException)
        {
            _missing = $"no Docker engine answers: {failure.Message.Split('\n')[0].Trim()}";
        }
        catch (Exception failure) when (failure is Docker.DotNet.DockerApiException or OperationCanceledException)
        {
            _missing = $"the image {Image} is not here and can't be pulled, or its container does not start: {failure.Message.Split('\n')[0].Trim()}";
        }
    }

    /// <summary>The empty database; skips the test where there is none, or fails it where one is required.</summary>
    public string Require()
    {
        if (_missing is not null) HubEngine.Missing(Name, _missing);
        return _container!.GetConnectionString();
    }

    public async ValueTask DisposeAsync()
    {
        if (_container is not null) await _container.DisposeAsync();
    }
}
