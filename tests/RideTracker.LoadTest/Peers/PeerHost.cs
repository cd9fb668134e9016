using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RideTracker.LoadTest.Peers;

/// <summary>What the peers' ASP.NET apps have in common: ASP.NET's own defaults on one port of the loopback, without a log line per request.</summary>
internal static class PeerHost
{
    /// <summary>The line by which an app says that it serves, see <see cref="Processes.ChildProcess"/>.</summary>
    public const string ReadyText = "peer is ready";

    public static WebApplicationBuilder CreateBuilder(int port)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        // The default logs four lines a request to the console, which nobody does in production.
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        return builder;
    }

    public static async Task RunAsync(WebApplication app, CancellationToken cancellationToken)
    {
        await app.StartAsync(cancellationToken);
        await Console.Out.WriteLineAsync(ReadyText);
        await app.WaitForShutdownAsync(cancellationToken);
    }
}
