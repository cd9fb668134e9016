using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RideTracker.Hosting.Access;
using RideTracker.Protocol;
using RideTracker.Tracking.Ingest;

namespace RideTracker.Tests.Ingest;

/// <summary>A node with the access and ingest slices on a loopback port of its own, over a <see cref="FakeHub"/>.</summary>
internal sealed class IngestNode : IAsyncDisposable
{
    public const string FirstKey = "Zmlyc3Qta2V5LWZvci10ZXN0cy1vbmx5LTAxMjM0NTY3ODk=";
    public const string SecondKey = "c2Vjb25kLWtleS1mb3ItdGVzdHMtb25seS0wMTIzNDU2Nzg=";

    private readonly WebApplication _app;

    private IngestNode(WebApplication app, FakeHub hub, LogSink logs)
    {
        (_app, Hub, Logs) = (app, hub, logs);
        Address = new Uri(app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Http = new HttpClient { BaseAddress = Address };
    }

    public FakeHub Hub { get; }

    public LogSink Logs { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<IngestNode> StartAsync(TimeProvider? time = null, params (string Key, string Value)[] settings)
    {
        var hub = new FakeHub();
        var logs = new LogSink();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Access:Keys:0"] = FirstKey,
            ["Access:Keys:1"] = SecondKey,
            ["Logging:LogLevel:Default"] = "Trace",
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Trace",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value)));
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        if (time is not null) builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(hub.AsIngestHub());
        builder.Services.AddAccess();
        // The list of revoked tokens needs a hub; here tests tell the node themselves.
        builder.Services.RemoveAll<IHostedService>();
        builder.Services.AddIngest();
        var app = builder.Build();
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        app.UseWebSockets();
        app.UseAccess();
        app.MapIngest();
        app.MapGet("/whoami", (HttpContext context) => context.GetCaller().ToString());
        app.MapGet("/live", (HttpContext context) => context.GetExpiredCaller() is { } expired ? $"expired {expired.Subject}" : "no").AllowAnonymous();
        await app.StartAsync();
        return new IngestNode(app, hub, logs);
    }

    public string Token(string driver = "d1", TimeSpan? lifetime = null) => Mint(Role.Driver, driver, null, lifetime).Token;

    public MintedToken Mint(Role role, string subject, string? trip = null, TimeSpan? lifetime = null) =>
        Services.GetRequiredService<TokenMinter>().Mint(role, subject, trip is null ? null : TripId.Parse(trip), lifetime ?? TimeSpan.FromHours(1));

    public async Task<Phone> ConnectAsync(string driver = "d1", string? token = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("ridetracker.driver.v1");
        socket.Options.SetRequestHeader("Authorization", "Bearer " + (token ?? Token(driver)));
        await socket.ConnectAsync(new Uri($"ws://{Address.Authority}/v1/driver/ws"), TestContext.Current.CancellationToken);
        return new Phone(socket);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Hub.Release();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>Keeps all log lines, whatever their level.</summary>
internal sealed class LogSink : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Category, LogLevel Level, string Text)> _lines = new();

    public IReadOnlyCollection<(string Category, LogLevel Level, string Text)> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(LogSink sink, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            sink._lines.Enqueue((category, logLevel, formatter(state, exception) + exception));
    }
}
