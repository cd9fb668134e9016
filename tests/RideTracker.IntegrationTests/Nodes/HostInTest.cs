using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>A host of the product that runs in the test process: reached over real HTTP, stopped as by SIGTERM or abruptly.</summary>
internal abstract class HostInTest : ITestServer, IAsyncDisposable
{
    private readonly WebApplication _app;
    private bool _stopped;

    protected HostInTest(WebApplication app)
    {
        _app = app;
        Url = new Uri(app.Urls.Single(url => url.StartsWith("http:", StringComparison.Ordinal)));
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000, PooledConnectionLifetime = Timeout.InfiniteTimeSpan }) { BaseAddress = Url, Timeout = TimeSpan.FromMinutes(2) };
    }

    public Uri Url { get; }

    /// <summary>Speaks HTTP/1.1 with this host, without a token.</summary>
    public HttpClient Http { get; }

    /// <summary>All addresses that it listens at.</summary>
    protected ICollection<string> Urls => _app.Urls;

    public IServiceProvider Services => _app.Services;

    public LoggedErrors Errors => _app.Services.GetRequiredService<LoggedErrors>();

    /// <summary>SIGTERM: drains, then stops.</summary>
    public async Task StopAsync()
    {
        if (_stopped) return;
        _stopped = true;
        await _app.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Ends abruptly: nobody is told anything, nothing is waited for.</summary>
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

    /// <summary>Starts what was built, or leaves nothing of it.</summary>
    protected static async Task StartAsync(WebApplication app, Func<WebApplication, WebApplication> map)
    {
        try
        {
            map(app);
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }
}
