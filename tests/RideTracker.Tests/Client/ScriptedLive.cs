using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideTracker.Client;

namespace RideTracker.Tests.Client;

/// <summary>A live resource that answers each rider exactly as the test tells it to.</summary>
internal sealed class ScriptedLive : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<LivePeer> _peers = Channel.CreateUnbounded<LivePeer>();
    private readonly CancellationTokenSource _over = new();

    private ScriptedLive(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>As the server tells it; the default of the protocol is another.</summary>
    public const int AliveSeconds = 10;

    /// <summary>What <c>/v1/capabilities</c> says; null: 404.</summary>
    public string? Capabilities { get; set; } = $$"""{"strategies":["sse","websocket","long-poll","poll"],"maxWaitSeconds":20,"pollIntervalMs":2000,"aliveSeconds":{{AliveSeconds}}}""";

    /// <summary>Strategies that are answered by this status without asking the test.</summary>
    public Dictionary<RiderStrategy, int> Refused { get; } = [];

    public static async Task<ScriptedLive> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new ScriptedLive(app);
        app.UseWebSockets();
        app.MapGet("/v1/capabilities", () => server.Capabilities is { } text ? Results.Text(text, "application/json") : Results.NotFound());
        app.Map("/v1/{kind}/{**rest}", server.HandleAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        server.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return server;
    }

    /// <summary>The next rider who asks.</summary>
    /// <exception cref="TimeoutException">None came within a minute: the test fails by itself, and holds up no others.</exception>
    public Task<LivePeer> NextAsync() =>
        _peers.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _over.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        var strategy = context.WebSockets.IsWebSocketRequest ? RiderStrategy.WebSocket
            : request.Headers.Accept == "text/event-stream" ? RiderStrategy.Sse
            : request.Headers.ContainsKey("Prefer") ? RiderStrategy.LongPoll : RiderStrategy.Poll;
        if (Refused.TryGetValue(strategy, out var status))
        {
            context.Response.StatusCode = status;
            return;
        }

        var cursor = strategy switch
        {
            RiderStrategy.Sse => request.Headers["Last-Event-ID"].ToString(),
            RiderStrategy.WebSocket => request.Query["cursor"].ToString(),
            _ => request.Headers.IfNoneMatch.ToString().Trim('"'),
        };
        var peer = new LivePeer(context, strategy, cursor, strategy == RiderStrategy.WebSocket ? await context.WebSockets.AcceptWebSocketAsync() : null);
        await _peers.Writer.WriteAsync(peer);
        await peer.Done.WaitAsync(_over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

/// <summary>The server's end of one rider's connection or poll.</summary>
internal sealed class LivePeer(HttpContext context, RiderStrategy strategy, string cursor, WebSocket? socket)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RiderStrategy Strategy => strategy;

    /// <summary>Where the rider wants to go on; empty: nowhere.</summary>
    public string Cursor => cursor;

    public string Token { get; } = context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal);

    public string Query { get; } = context.Request.QueryString.ToString();

    public string Prefer { get; } = context.Request.Headers["Prefer"].ToString();

    public Task Done => _done.Task;

    public static string State(string cursor, long? time = null, string more = "") =>
        $$"""{"cursor":"{{cursor}}","trip":"t_1","status":"enroute-to-pickup","version":1{{(time is null ? "" : $$""","vehicle":{"lat":1.5,"lng":2.5,"time":{{time}}}""")}}{{more}}}""";

    /// <summary>Gives a state, whatever the strategy.</summary>
    public Task StateAsync(string cursor, long? time = null, string more = "") => JsonAsync(cursor, State(cursor, time, more));

    public async Task JsonAsync(string cursor, string json)
    {
        switch (strategy)
        {
            case RiderStrategy.Sse:
                await SseAsync($"event: position\nid: {cursor}\ndata: {json}\n\n");
                break;
            case RiderStrategy.WebSocket:
                await SayAsync(json);
                break;
            default:
                context.Response.Headers.ETag = $"\"{cursor}\"";
                await AnswerAsync(200, json);
                break;
        }
    }

    public Task SseAsync(string text)
    {
        if (!context.Response.HasStarted) context.Response.ContentType = "text/event-stream";
        return context.Response.WriteAsync(text, TestContext.Current.CancellationToken);
    }

    public Task SayAsync(string text) => socket!.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    /// <summary>Answers with a status, and lets the request end.</summary>
    public async Task AnswerAsync(int status, string? body = null, params (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
        if (body is not null)
        {
            context.Response.ContentType = status < 400 ? "application/json" : "application/problem+json";
            await context.Response.WriteAsync(body, TestContext.Current.CancellationToken);
        }

        _done.TrySetResult();
    }

    /// <summary>Ends the stream or poll in order.</summary>
    public void End() => _done.TrySetResult();

    public async Task CloseAsync(int code, string reason)
    {
        await socket!.CloseOutputAsync((WebSocketCloseStatus)code, reason, TestContext.Current.CancellationToken);
        _done.TrySetResult();
    }

    /// <summary>Cuts the line.</summary>
    public void Abort()
    {
        if (_done.Task.IsCompleted) return;
        context.Abort();
        _done.TrySetResult();
    }

    /// <summary>Waits until the rider has hung up.</summary>
    public async Task UntilGoneAsync()
    {
        if (socket is not null)
        {
            try
            {
                await socket.ReceiveAsync(new byte[16], TestContext.Current.CancellationToken);
            }
            catch (WebSocketException)
            {
                // Gone without a word, which is as good.
                _done.TrySetResult();
            }

            _done.TrySetResult();
            return;
        }

        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.RequestAborted.Register(() => gone.TrySetResult());
        await gone.Task.WaitAsync(TestContext.Current.CancellationToken);
        _done.TrySetResult();
    }
}
