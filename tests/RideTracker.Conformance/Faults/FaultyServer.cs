using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.Conformance.Faults;

/// <summary>A reverse proxy before a real node that breaks one thing.</summary>
internal sealed partial class FaultyServer : ITestServer, IAsyncDisposable
{
    private static readonly string[] HopByHop = ["Host", "Connection", "Transfer-Encoding", "Content-Length", "Upgrade", "Keep-Alive"];

    private readonly WebApplication _app;
    private readonly ITestServer _node;
    private readonly Fault _fault;
    private string? _firstCursor;
    private int _states;

    private FaultyServer(WebApplication app, ITestServer node, Fault fault)
    {
        _app = app;
        _node = node;
        _fault = fault;
    }

    public Uri Url { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public static async Task<FaultyServer> StartAsync(ITestServer node, Fault fault)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FaultyServer(app, node, fault);
        app.UseWebSockets();
        app.Run(server.HandleAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        server.Url = new Uri(app.Urls.Single());
        server.Http = new HttpClient { BaseAddress = server.Url };
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        Http.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        try
        {
            if (_fault == Fault.SettledButNotStored && HttpMethods.IsPost(context.Request.Method)) await SettleAsync(context);
            else if (context.WebSockets.IsWebSocketRequest) await TunnelAsync(context);
            else await ForwardAsync(context);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException or WebSocketException)
        {
            // One end is gone, and so is the other now.
            context.Abort();
        }
    }

    private static async Task SettleAsync(HttpContext context)
    {
        var fixes = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        await context.Response.WriteAsJsonAsync(
            new { accepted = fixes!.AsArray().Count, duplicates = 0, rejected = Array.Empty<object>(), now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), hub = "h" },
            context.RequestAborted);
    }

    private async Task ForwardAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), Target(context));
        if (HttpMethods.IsPost(context.Request.Method)) request.Content = new StreamContent(context.Request.Body);
        foreach (var (name, values) in context.Request.Headers)
        {
            if (HopByHop.Contains(name, StringComparer.OrdinalIgnoreCase)) continue;
            if (_fault == Fault.DroppedResume && name is "If-None-Match" or "Last-Event-ID") continue;
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable())) request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }

        using var response = await _node.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
            if (!HopByHop.Contains(name, StringComparer.OrdinalIgnoreCase)) context.Response.Headers[name] = values.ToArray();
        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            await StreamAsync(context, await response.Content.ReadAsStreamAsync(context.RequestAborted));
            return;
        }

        var body = await response.Content.ReadAsStringAsync(context.RequestAborted);
        if (response.StatusCode == HttpStatusCode.OK && response.Headers.ETag is { } tag && Broken(body, out _) is { } state)
        {
            context.Response.Headers.ETag = $"\"{CursorOf(state) ?? tag.Tag.Trim('"')}\"";
            body = state;
        }

        if (response.StatusCode is not (HttpStatusCode.NotModified or HttpStatusCode.NoContent)) await context.Response.WriteAsync(body, context.RequestAborted);
    }

    // Event by event, as they come.
    private async Task StreamAsync(HttpContext context, Stream stream)
    {
        using var reader = new StreamReader(stream);
        var lines = new List<string>();
        while (await reader.ReadLineAsync(context.RequestAborted) is { } line)
        {
            lines.Add(line);
            if (line.Length > 0) continue;
            var text = string.Join('\n', lines) + "\n";
            lines.Clear();
            if (text.Contains("event: alive", StringComparison.Ordinal) && _fault == Fault.NoAlive) continue;
            if (text.Contains("event: end", StringComparison.Ordinal) && _fault == Fault.NoEnd) continue;
            if (text.Contains("event: position", StringComparison.Ordinal))
            {
                var data = DataLine().Match(text).Groups[1].Value;
                if (Broken(data, out var dropped) is not { } state || dropped) continue;
                text = IdLine().Replace(text.Replace(data, state, StringComparison.Ordinal), $"id: {CursorOf(state)}");
            }

            await context.Response.WriteAsync(text, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private async Task TunnelAsync(HttpContext context)
    {
        using var node = new ClientWebSocket();
        if (context.Request.Headers.Authorization is [{ } token, ..]) node.Options.SetRequestHeader("Authorization", token);
        node.Options.CollectHttpResponseDetails = true;
        try
        {
            await node.ConnectAsync(new UriBuilder(Target(context)) { Scheme = "ws" }.Uri, context.RequestAborted);
        }
        catch (WebSocketException)
        {
            context.Response.StatusCode = (int)node.HttpStatusCode;
            return;
        }

        using var client = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[256 * 1024];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await node.ReceiveAsync(buffer.AsMemory(length), context.RequestAborted);
                length += part.Count;
            }
            while (!part.EndOfMessage);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                var mute = _fault == Fault.NoEnd;
                await client.CloseOutputAsync(mute ? WebSocketCloseStatus.NormalClosure : node.CloseStatus!.Value, mute ? "" : node.CloseStatusDescription, context.RequestAborted);
                return;
            }

            var text = Encoding.UTF8.GetString(buffer, 0, length);
            if (text.StartsWith("{\"alive\"", StringComparison.Ordinal) && _fault == Fault.NoAlive) continue;
            if (text.StartsWith("{\"end\"", StringComparison.Ordinal) && _fault == Fault.NoEnd) continue;
            if (text.StartsWith("{\"cursor\"", StringComparison.Ordinal))
            {
                if (Broken(text, out var dropped) is not { } state || dropped) continue;
                text = state;
            }

            await client.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, context.RequestAborted);
        }
    }

    private Uri Target(HttpContext context)
    {
        var query = context.Request.QueryString.ToString();
        if (_fault == Fault.DroppedResume) query = CursorParameter().Replace(query, "$1");
        return new Uri(_node.Url, context.Request.Path + query);
    }

    /// <summary>The state as this server tells it.</summary>
    private string? Broken(string json, out bool dropped)
    {
        dropped = false;
        var state = JsonNode.Parse(json)!.AsObject();
        var nth = Interlocked.Increment(ref _states);
        switch (_fault)
        {
            case Fault.RepeatedCursor:
                _firstCursor ??= (string)state["cursor"]!;
                state["cursor"] = _firstCursor;
                break;
            case Fault.NoReset:
                state.Remove("reset");
                break;
            case Fault.OlderFix when nth % 3 == 0 && state["vehicle"] is { } vehicle:
                vehicle["time"] = (long)vehicle["time"]! - 60_000;
                break;
            case Fault.LostStates:
                dropped = nth % 2 == 0;
                break;
        }

        return state.ToJsonString();
    }

    private static string? CursorOf(string state) => (string?)JsonNode.Parse(state)!["cursor"];

    [GeneratedRegex("^data: (.*)$", RegexOptions.Multiline)]
    private static partial Regex DataLine();

    [GeneratedRegex("^id: .*$", RegexOptions.Multiline)]
    private static partial Regex IdLine();

    [GeneratedRegex("([?&])cursor=[^&]*&?")]
    private static partial Regex CursorParameter();
}
