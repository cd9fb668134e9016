using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.Delivery;
using RideTracker.Tracking.Hosting;
using RideTracker.Tracking.Hub;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>A whole tracking node in the test process: the product's own composition, real Kestrel on a free port, real Redis behind it.</summary>
internal sealed class TrackingNode : HostInTest
{
    /// <summary>A setting of the tests: how much the node's sockets hold for a client that does not read.</summary>
    public const string SendBufferBytes = "Test:SendBufferBytes";

    private TrackingNode(WebApplication app)
        : base(app)
    {
    }

    /// <summary>Where it speaks TLS, if it was started with a certificate.</summary>
    public Uri SecureUrl => new(Urls.Single(url => url.StartsWith("https:", StringComparison.Ordinal)));

    /// <summary>Streams and long polls that it holds now, by its own count. The metric is none: it hears all nodes of this process, and those of other tests close streams that it did not see open.</summary>
    public int Streams => Services.GetRequiredService<RiderStreams>().Count;

    public static Task<TrackingNode> StartAsync(string redis, params (string Key, object Value)[] settings) => StartAsync(redis, null, settings);

    /// <summary>Starts a node that speaks plain HTTP on one port, and with a certificate HTTP/1.1 and HTTP/2 over TLS on another.</summary>
    public static async Task<TrackingNode> StartAsync(string redis, X509Certificate2? certificate, params (string Key, object Value)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        var values = new Dictionary<string, string?>
        {
            ["Hub:Redis"] = redis,
            ["Access:Keys:0"] = TestTokens.Key,
            ["Tracking:DrainSeconds"] = "1",
            // A busy machine is no hub that is away, and a test that stands still no driver that fell silent.
            ["Hub:TimeoutMs"] = "20000",
            ["Presence:MinSilenceMs"] = "60000",
        };
        foreach (var (key, value) in settings) values[key] = Convert.ToString(value, CultureInfo.InvariantCulture);
        // Tokens are either own ones or an issuer's.
        if (values.ContainsKey("Access:Authority")) values.Remove("Access:Keys:0");
        builder.Configuration.AddInMemoryCollection(values);
        builder.Services.AddRouting();
        var errors = new LoggedErrors();
        builder.Services.AddSingleton(errors);
        builder.Logging.AddProvider(errors);
        builder.WebHost.UseKestrel(kestrel =>
        {
            if (certificate is not null) kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate);
        });
        if (values.TryGetValue(SendBufferBytes, out var bytes))
        {
            builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = endPoint =>
            {
                var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
                socket.SendBufferSize = int.Parse(bytes!, CultureInfo.InvariantCulture);
                return socket;
            });
        }

        builder.WebHost.UseUrls(certificate is null ? ["http://127.0.0.1:0"] : ["http://127.0.0.1:0", "https://127.0.0.1:0"]);
        builder.AddTracking();
        var app = builder.Build();
        await StartAsync(app, static app => app.MapTracking());
        return new TrackingNode(app);
    }

    /// <summary>Writes a trip into the hub as Records will.</summary>
    public Task ProjectAsync(Trip trip) => new TripProjection(Services.GetRequiredService<HubLink>()).WriteAsync(trip, TestContext.Current.CancellationToken);
}

/// <summary>Keeps what a node logged as an error, or a warning: a test that expects none can say which it was.</summary>
internal sealed class LoggedErrors : ILoggerProvider
{
    private readonly List<string> _errors = [];
    private readonly List<string> _warnings = [];

    public IReadOnlyList<string> All
    {
        get { lock (_errors) return [.. _errors]; }
    }

    public IReadOnlyList<string> Warnings
    {
        get { lock (_warnings) return [.. _warnings]; }
    }

    public ILogger CreateLogger(string categoryName) => new Collector(categoryName, _errors, _warnings);

    public void Dispose()
    {
    }

    private sealed class Collector(string category, List<string> errors, List<string> warnings) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var lines = logLevel == LogLevel.Warning ? warnings : errors;
            lock (lines) lines.Add($"{category}: {formatter(state, exception)} {exception}");
        }
    }
}
