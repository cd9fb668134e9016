using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Garnet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.Hosting;
using RideTracker.Tracking.Hub;

namespace RideTracker.Benchmarks;

/// <summary>A whole tracking node with the embedded hub in this process: the product's own composition, Kestrel on a free port.</summary>
internal sealed class BenchNode : IAsyncDisposable
{
    private readonly GarnetServer _hub;
    private readonly WebApplication _app;

    private BenchNode(GarnetServer hub, WebApplication app)
    {
        _hub = hub;
        _app = app;
    }

    public IServiceProvider Services => _app.Services;

    public int Port => new Uri(_app.Urls.Single()).Port;

    public static async Task<BenchNode> StartAsync()
    {
        var port = FreePort();
        var hub = new GarnetServer(
            ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--lua", "--lua-transaction-mode", "--memory", "128m", "--index", "8m", "-q"],
            NullLoggerFactory.Instance);
        hub.Start();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Hub:Redis"] = $"127.0.0.1:{port}",
            ["Access:Keys:0"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        });
        builder.Services.AddRouting();
        builder.WebHost.UseKestrel();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddTracking();
        var app = builder.Build();
        app.MapTracking();
        await app.StartAsync();
        return new BenchNode(hub, app);
    }

    /// <summary>Writes a trip that a driver is on.</summary>
    public Task WriteTripAsync(TripId trip, DriverId driver) => new TripProjection(Services.GetRequiredService<HubLink>()).WriteAsync(
        new Trip(trip, TripStatus.EnrouteToPickup, new Stop(47, 8, "Pier"), new Stop(47.1, 8.1))
        {
            Driver = driver,
            Card = new DriverCard("Ada", "White Prius", "7ABC123"),
        },
        CancellationToken.None);

    /// <summary>A rider's token for a trip.</summary>
    public string Token(TripId trip) => Services.GetRequiredService<TokenMinter>().Mint(Role.Rider, "rider", trip, TimeSpan.FromHours(12)).Token;

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _hub.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
