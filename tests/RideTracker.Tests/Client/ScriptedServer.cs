using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RideTracker.Tests.Client;

/// <summary>A server in this process whose plain WebSocket door says exactly what the test tells it to.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<DoorPeer> _peers = Channel.CreateUnbounded<DoorPeer>();

    private readonly ConcurrentBag<DoorPeer> _all = [];

    private ScriptedServer(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>Tokens that were shown, in order.</summary>
    public List<string> Tokens { get; } = [];

    /// <summary>Status for the next connects, instead of letting them in.</summary>
    public Queue<int> Refusals { get; } = new();

    public static async Task<ScriptedServer> StartAsync(Action<WebApplicationBuilder>? build = null, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        build?.Invoke(builder);
        var app = builder.Build();
        var server = new ScriptedServer(app);
        app.UseWebSockets();
        app.Map("/v1/driver/ws", server.HandleAsync);
        map?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        server.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return server;
    }

    public ValueTask<DoorPeer> AcceptAsync() => _peers.Reader.ReadAsync(TestContext.Current.CancellationToken);

    /// <summary>Lets go of every connection.</summary>
    public void Drop()
    {
        while (_all.TryTake(out var peer)) peer.Gone.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        Tokens.Add(context.Request.Headers.Authorization.ToString()["Bearer ".Length..]);
        if (Refusals.TryDequeue(out var status))
        {
            context.Response.StatusCode = status;
            return;
        }

        var socket = await context.WebSockets.AcceptWebSocketAsync("ridetracker.driver.v1");
        var peer = new DoorPeer(socket);
        _all.Add(peer);
        await _peers.Writer.WriteAsync(peer);
        await peer.Gone.Task.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

/// <summary>The server's end of one driver's connection.</summary>
internal sealed class DoorPeer(WebSocket socket)
{
    public TaskCompletionSource Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The times of the fixes of the next report, with spaces between.</summary>
    public async Task<string> ReportAsync()
    {
        var buffer = new byte[256 * 1024];
        var length = 0;
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(length), TestContext.Current.CancellationToken);
            Assert.Equal(WebSocketMessageType.Text, result.MessageType);
            length += result.Count;
            if (!result.EndOfMessage) continue;
            Assert.InRange(length, 1, 128 * 1024);
            using var frame = JsonDocument.Parse(buffer.AsMemory(0, length));
            return string.Join(' ', frame.RootElement.GetProperty("fixes").EnumerateArray().Select(f => f.GetProperty("time").GetRawText()));
        }
    }

    public Task AckAsync(long reports, int accepted, int duplicates = 0, string rejected = "[]", string hub = "h1", string more = "") =>
        SayAsync($$$"""{"ack":{"reports":{{{reports}}},"accepted":{{{accepted}}},"duplicates":{{{duplicates}}},"rejected":{{{rejected}}},"now":1,"hub":"{{{hub}}}"{{{more}}}}}""");

    public Task SayAsync(string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    public Task CloseAsync(int code, string reason) => socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, TestContext.Current.CancellationToken);

    /// <summary>Cuts the line without a word.</summary>
    public void Drop()
    {
        socket.Abort();
        Gone.TrySetResult();
    }

    /// <summary>Waits until the client has closed; false if it sent something else before.</summary>
    public async Task<bool> IsClosedNextAsync()
    {
        try
        {
            return (await socket.ReceiveAsync(new byte[64 * 1024], TestContext.Current.CancellationToken)).MessageType == WebSocketMessageType.Close;
        }
        catch (WebSocketException)
        {
            // A busy machine may lose the farewell before the end of the line.
            return true;
        }
        finally
        {
            Gone.TrySetResult();
        }
    }
}
