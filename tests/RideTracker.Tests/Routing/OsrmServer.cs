using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RideTracker.Tests.Routing;

/// <summary>A real HTTP server that answers as an OSRM server would, or as the test wants.</summary>
internal sealed class OsrmServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OsrmServer(WebApplication app) => _app = app;

    public string Address { get; private set; } = "";

    /// <summary>Path and query of each request so far.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Answers the next requests.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = Json(OsrmAnswers.Route);

    public static async Task<OsrmServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new OsrmServer(app);
        app.Run(context =>
        {
            server.Requests.Enqueue(context.Request.Path + context.Request.QueryString);
            return server.Answer(context);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        server.Address = app.Urls.Single();
        return server;
    }

    public static Func<HttpContext, Task> Json(string body, int status = 200) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=UTF-8";
        await context.Response.WriteAsync(body);
    };

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
