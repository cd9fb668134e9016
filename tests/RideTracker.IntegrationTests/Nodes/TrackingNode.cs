using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideTracker.Protocol.Trips;
using RideTracker.Tracking.Hosting;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>A whole tracking node in the test process: the product's own composition, real Kestrel on a free port, real Redis behind it.</summary>
internal sealed class TrackingNode : ITestServer, IAsyncDisposable
{
    /// <summary>A setting of the tests: how much the node's sockets hold for a client that does not read.</summary>
    public const string SendBufferBytes = "Test:SendBufferBytes";

    private readonly WebApplication _app;
    private bool _stopped;

    private TrackingNode(WebApplication app)
    {
        _app = app;
        Url = new Uri(app.Urls.Single());
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000, PooledConnectionLifetime = Timeout.InfiniteTimeSpan }) { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(60) };
    }

    public Uri Url { get; }

    /// <summary>Speaks HTTP/1.1 with this node.</summary>
    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public LoggedErrors Errors => _app.Services.GetRequiredService<LoggedErrors>();

    public static async Task<TrackingNode> StartAsync(string redis, params (string Key, object Value)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        var values = new Dictionary<string, string?>
        {
            ["Hub:Redis"] = redis,
            ["Access:Keys:0"] = TestTokens.Key,
            ["Tracking:DrainSeconds"] = "1",
        };
        foreach (var (key, value) in settings) values[key] = Convert.ToString(value, CultureInfo.InvariantCulture);
        // Tokens are either own ones or an issuer's.
        if (values.ContainsKey("Access:Authority")) values.Remove("Access:Keys:0");
        builder.Configuration.AddInMemoryCollection(values);
        builder.Services.AddRouting();
        var errors = new LoggedErrors();
        builder.Services.AddSingleton(errors);
        builder.Logging.AddProvider(errors);
        builder.WebHost.UseKestrel();
        if (values.TryGetValue(SendBufferBytes, out var bytes))
        {
            builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = endPoint =>
            {
                var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
                socket.SendBufferSize = int.Parse(bytes!, CultureInfo.InvariantCulture);
                return socket;
            });
        }

        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddTracking();
        var app = builder.Build();
        try
        {
            app.MapTracking();
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new TrackingNode(app);
    }

    /// <summary>Writes a trip into the hub as Records will.</summary>
    public Task ProjectAsync(Trip trip) => Services.GetRequiredService<TripProjection>().WriteAsync(trip, TestContext.Current.CancellationToken);

    /// <summary>SIGTERM: drains, then stops.</summary>
    public async Task StopAsync()
    {
        if (_stopped) return;
        _stopped = true;
        await _app.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Ends abruptly: nobody is told anything.</summary>
    public async Task KillAsync()
    {
        if (_stopped) return;
        _stopped = true;
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // What was to be waited for was not, as is meant here.
            return;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Http.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>Keeps what a node logged as an error: a test that expects none can say which it was.</summary>
internal sealed class LoggedErrors : ILoggerProvider
{
    private readonly List<string> _errors = [];

    public IReadOnlyList<string> All
    {
        get { lock (_errors) return [.. _errors]; }
    }

    public ILogger CreateLogger(string categoryName) => new Collector(categoryName, _errors);

    public void Dispose()
    {
    }

    private sealed class Collector(string category, List<string> errors) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            lock (errors) errors.Add($"{category}: {formatter(state, exception)} {exception}");
        }
    }
}
