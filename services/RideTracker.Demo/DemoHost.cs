using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using RideTracker.Client.Records;
using RideTracker.Demo.Embedded;
using RideTracker.Demo.Pages;
using RideTracker.Demo.Rides;
using RideTracker.Fleet;
using RideTracker.Hosting;
using RideTracker.Hosting.Access;
using RideTracker.Records.Database;
using RideTracker.Records.Hosting;
using RideTracker.Records.Tokens;
using RideTracker.Tracking.Hosting;

namespace RideTracker.Demo;

/// <summary>Puts the demo together and runs it.</summary>
internal static class DemoHost
{
    /// <summary>Runs until Ctrl-C, SIGTERM or a failure to start. Answers with the exit code.</summary>
    public static async Task<int> RunAsync(DemoSettings settings, CancellationToken cancellationToken)
    {
        using var embedded = settings.Api is null ? EmbeddedHub.Start() : null;
        using var database = settings.Api is null ? EmbeddedDatabase.Create() : null;
        try
        {
            await using var app = Build(settings, embedded?.Address, database?.ConnectionString);
            if (database is not null) await app.Services.GetRequiredService<DatabaseUpgrade>().RunAsync(cancellationToken);
            await app.StartAsync(cancellationToken);
            if (database is not null) ShareLinksOpenHere(app);
            var greeting = app.Services.GetRequiredService<Greeting>();
            greeting.Begin();
            await app.WaitForShutdownAsync(cancellationToken);
            greeting.Farewell();
            return Environment.ExitCode;
        }
        catch (IOException wrong) when (wrong.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException or SocketException)
        {
            return Fail([$"Port {settings.Port} is taken: choose another with --port."]);
        }
        catch (Exception wrong) when (StartTrouble.Reasons(wrong) is { } reasons)
        {
            return Fail(reasons);
        }
    }

    private static WebApplication Build(DemoSettings settings, string? hub, string? database)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        Configure(builder.Configuration, settings, hub, database);
        if (settings.Api is null) builder.AddTracking().AddRecordsSlices();
        // It signs its own first token, and needs nothing of the hub.
        else builder.Services.AddSigning();

        // After the host's own settings of all end points, which reach only those that are named later.
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            if (settings.AnyAddress) kestrel.ListenAnyIP(settings.Port);
            else if (settings.Port == 0) kestrel.Listen(System.Net.IPAddress.Loopback, 0);
            else kestrel.ListenLocalhost(settings.Port);
        });

        builder.Services.AddCheckedOptions<MapOptions>(MapOptions.Section);
        builder.Services
            .AddMapPages()
            .AddSingleton(settings)
            .AddSingleton(Town.Create())
            .AddSingleton<DemoAddress>()
            .AddSingleton<DemoTokens>()
            .AddSingleton<TripBook>()
            .AddSingleton(services => new RecordsClient(
                new HttpClient(new NodesHandler(services.GetRequiredService<DemoAddress>())) { BaseAddress = NodesHandler.Placeholder, Timeout = TimeSpan.FromSeconds(10) },
                _ => new(services.GetRequiredService<DemoTokens>().Own())))
            .AddSingleton<ApiRides>()
            .AddSingleton<HandTrip>()
            .AddSingleton<DemoFleet>()
            .AddSingleton<Greeting>();
        // The fleet needs tokens that are signed here. With an issuer people sign in, and bring their own cars.
        var drives = builder.Configuration["Access:Authority"] is null;
        if (drives) builder.Services.AddHostedService(services => services.GetRequiredService<DemoFleet>());

        var app = builder.Build();
        app.UseMapPages(settings.MapFolder);
        if (settings.Api is null) app.MapTracking().MapRecordsSlices();
        app.MapDemo(app.Services.GetRequiredService<Town>(), handsOutTokens: drives);
        return app;
    }

    private static void Configure(ConfigurationManager configuration, DemoSettings settings, string? hub, string? database)
    {
        configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Logging:LogLevel:Default"] = "Warning",
            // Two hundred cars that lose one node would say so two hundred times: DemoFleet says it once.
            ["Logging:LogLevel:RideTracker.Client"] = "Error",
            // Nobody waits for the demo's riders to be spread over other nodes.
            ["Tracking:DrainSeconds"] = "1",
            ["Tracking:Name"] = "demo",
        });
        // Again, since what is set there counts more than the demo's defaults.
        configuration.AddEnvironmentVariables();
        if (hub is not null) configuration["Hub:Redis"] = hub;
        if (database is not null)
        {
            configuration["Database:Engine"] = "Sqlite";
            configuration["Database:ConnectionString"] = database;
        }

        // It hands out tokens: a page elsewhere must not reach it under a name of its own that points at 127.0.0.1 (DNS rebinding). The last two are its names under Compose.
        configuration["AllowedHosts"] = "localhost;127.0.0.1;[::1];demo;edge";
        if (settings.Api is null && configuration["Access:Keys:0"] is null && configuration["Access:Authority"] is null)
            configuration["Access:Keys:0"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    }

    // Only now is the port known: with --port 0 it is any that was free.
    private static void ShareLinksOpenHere(WebApplication app)
    {
        if (app.Configuration[$"{TokensOptions.Section}:{nameof(TokensOptions.PublicUrl)}"] is not null) return;
        app.Services.GetRequiredService<IOptions<TokensOptions>>().Value.PublicUrl = app.Services.GetRequiredService<DemoAddress>().Own.ToString();
    }

    private static int Fail(IEnumerable<string> why)
    {
        foreach (var line in why) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"demo: {line}"));
        return 1;
    }
}
