using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using RideTracker.IntegrationTests.Engines;
using RideTracker.IntegrationTests.Nodes;

namespace RideTracker.IntegrationTests.Garbage;

/// <summary>
/// Every entry of a node is given what no client should send: each time a clear refusal, never a failure of the node's own, and its memory stays
/// what it was. <c>RIDETRACKER_GARBAGE_TRIES</c> sets the tries of each kind (300 by default).
/// </summary>
public sealed class GarbageTests(Redis7Engine engine) : IClassFixture<Redis7Engine>, IAsyncLifetime
{
    private const int Workers = 8;

    // In at least one of so many the memory must stay within a tenth of what it was at the beginning.
    private const int Rounds = 3;

    private static readonly int Tries = int.Parse(Environment.GetEnvironmentVariable("RIDETRACKER_GARBAGE_TRIES") ?? "300", CultureInfo.InvariantCulture);
    private static readonly string DriverToken = TestTokens.Driver("noisy");
    private static readonly string RiderToken = TestTokens.Rider("t_noise");
    private static readonly string DispatcherToken = TestTokens.Dispatcher();
    private static readonly byte[] Megabyte = Encoding.ASCII.GetBytes("{\"fixes\":[" + new string(' ', 1_000_000));

    // Each takes the node and the noise of this try, and says what is wrong with the answer.
    private static readonly (string Name, Func<NodeProcess, Noise, Task<string?>> Try)[] Kinds =
    [
        ("HTTP twin: damaged JSON", (node, noise) => PostAsync(node, noise.Damaged($"[{noise.GoodFix()},{noise.GoodFix()}]"), 200, 400, 413)),
        ("HTTP twin: wrong types", (node, noise) => PostAsync(node, Utf8($"[{noise.WrongFix()},{noise.WrongFix()}]"), 200, 400)),
        ("HTTP twin: nowhere", (node, noise) => PostAsync(node, Utf8($"[{noise.NowhereFix()}]"), 200, 400)),
        ("HTTP twin: 1 MB", (node, _) => PostAsync(node, Megabyte, 413)),
        ("HTTP twin: 501 fixes", (node, noise) => PostAsync(node, Utf8($"[{string.Join(',', Enumerable.Range(0, 501).Select(_ => noise.GoodFix()))}]"), 413)),
        ("HTTP twin: deep JSON", (node, noise) => PostAsync(node, Utf8(new string('[', 20_000 + noise.Next(1_000))), 400)),
        ("HTTP twin: media types", (node, noise) => PostAsync(node, "[]"u8.ToArray(), noise.Parameter(), 400, 415)),
        ("HTTP twin: tokens", (node, noise) => SendAsync(node, HttpMethod.Post, "/v1/drivers/noisy/fixes", noise.Parameter(), null, 401)),
        ("HTTP twin: other drivers", (node, noise) => SendAsync(node, HttpMethod.Post, $"/v1/drivers/{Uri.EscapeDataString(noise.Parameter())}/fixes", DriverToken, null, 400, 403, 404)),
        ("trip: unknown cursors", (node, noise) => SendAsync(node, HttpMethod.Get, "/v1/trips/t_noise/live", RiderToken, request => request.Headers.TryAddWithoutValidation("If-None-Match", noise.Parameter()), 200, 304)),
        ("trip: unknown cursors in the query", (node, noise) => SseAsync(node, $"/v1/trips/t_noise/live?cursor={Uri.EscapeDataString(noise.Parameter())}", RiderToken, null, 200)),
        ("trip: unknown Last-Event-ID", (node, noise) => SseAsync(node, "/v1/trips/t_noise/live", RiderToken, noise.Parameter(), 200)),
        ("trip: preferences", (node, noise) => SendAsync(node, HttpMethod.Get, "/v1/trips/t_noise/live", RiderToken, request => request.Headers.TryAddWithoutValidation("Prefer", $"wait={noise.Parameter()}"), 200)),
        ("trip: ids", (node, noise) => SendAsync(node, HttpMethod.Get, $"/v1/trips/{Uri.EscapeDataString(noise.Parameter())}/live", RiderToken, null, 404)),
        ("route: ids", (node, noise) => SendAsync(node, HttpMethod.Get, $"/v1/trips/{Uri.EscapeDataString(noise.Parameter())}/route", DispatcherToken, null, 404)),
        ("viewport: bbox", (node, noise) => SendAsync(node, HttpMethod.Get, $"/v1/vehicles/live?bbox={Uri.EscapeDataString(noise.Parameter())}", DispatcherToken, null, 400)),
        ("viewport: near", (node, noise) => SendAsync(node, HttpMethod.Get, $"/v1/vehicles/live?near=1,2&radius={Uri.EscapeDataString("x" + noise.Parameter())}", RiderToken, null, 400)),
        ("viewport: interval", (node, noise) => SendAsync(node, HttpMethod.Get, $"/v1/vehicles/live?near=1,2&interval={Uri.EscapeDataString("x" + noise.Parameter())}", RiderToken, null, 400)),
        ("viewport: raw query", (node, noise) => RawAsync(node, $"GET /v1/vehicles/live?{noise.Text(100).Replace(' ', '+')} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {RiderToken}\r\n\r\n", 400)),
        ("seen: damaged JSON", (node, noise) => SendAsync(node, HttpMethod.Post, "/v1/seen", RiderToken, request => request.Content = new ByteArrayContent(noise.Damaged("{\"seen\":840,\"strategy\":\"sse\"}")) { Headers = { ContentType = new("application/json") } }, 204, 400, 413)),
        ("HTTP: thousands of headers", (node, _) => RawAsync(node, $"GET /v1/capabilities HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 3_000).Select(i => $"X-{i}: y\r\n"))}\r\n", 431)),
        ("HTTP: long request line", (node, noise) => RawAsync(node, $"GET /{new string('x', 20_000 + noise.Next(100))} HTTP/1.1\r\nHost: x\r\n\r\n", 414)),
        ("HTTP: binary noise", (node, noise) => RawAsync(node, [.. noise.Bytes(300), .. "\r\n\r\n"u8], 400, 405, 414, 505)),
        ("HTTP: broken chunks", (node, noise) => RawAsync(node, $"POST /v1/drivers/noisy/fixes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {DriverToken}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz{noise.Text(20)}\r\n", 400)),
        ("HTTP: methods", (node, noise) => RawAsync(node, $"{(char)('A' + noise.Next(26))}X /v1/trips/t_noise/live HTTP/1.1\r\nHost: x\r\n\r\n", 400, 401, 405)),
        ("HTTP: CONNECT that opens no WebSocket", (node, noise) => RawAsync(node, $"CONNECT /v1/{(noise.Next(2) == 0 ? "trips/t_noise/live" : "vehicles/live?near=1,2")} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {RiderToken}\r\n\r\n", 405)),
        ("HTTP: CONNECT without a token", (node, _) => RawAsync(node, "CONNECT /v1/vehicles/live?near=1,2 HTTP/1.1\r\nHost: x\r\n\r\n", 401)),
        ("driver socket: binary noise", (node, noise) => DriverSocketAsync(node, WebSocketMessageType.Binary, () => noise.Bytes(noise.Next(200)), messages: 3, 1008)),
        ("driver socket: damaged JSON", (node, noise) => DriverSocketAsync(node, WebSocketMessageType.Text, () => Utf8(noise.Text(noise.Next(200))), messages: 3, 1008)),
        ("driver socket: text that is no UTF-8", (node, noise) => DriverSocketAsync(node, WebSocketMessageType.Text, () => [0xC0, 0xFF, .. noise.Bytes(20)], messages: 1, 1007, 0)),
        ("driver socket: wrong types", (node, noise) => DriverSocketAsync(node, WebSocketMessageType.Text, () => Utf8("{\"fixes\":{\"x\":" + noise.WrongFix() + "}}"), messages: 3, 1008)),
        ("driver socket: 1 MB", (node, _) => DriverSocketAsync(node, WebSocketMessageType.Text, () => Megabyte, messages: 1, 1009)),
        ("driver socket: nowhere", DriverSocketNowhereAsync),
        ("driver socket: broken frames", (node, noise) => BrokenFramesAsync(node, $"/v1/driver/ws?access_token={DriverToken}", noise)),
        ("SignalR: broken handshake", (node, noise) => SignalRAsync(node, noise, handshake: false)),
        ("SignalR: broken calls", (node, noise) => SignalRAsync(node, noise, handshake: true)),
        ("SignalR: broken frames", (node, noise) => BrokenFramesAsync(node, $"/v1/driver?access_token={DriverToken}", noise)),
        ("rider socket: noise", (node, noise) => RiderSocketAsync(node, noise.Next(2) == 0 ? WebSocketMessageType.Binary : WebSocketMessageType.Text, Encoding.Latin1.GetBytes(noise.Text(1 + noise.Next(200))), 1008)),
        ("rider socket: 1 MB", (node, _) => RiderSocketAsync(node, WebSocketMessageType.Text, Megabyte, 1009)),
        ("rider socket: broken frames", (node, noise) => BrokenFramesAsync(node, $"/v1/trips/t_noise/live?access_token={RiderToken}", noise)),
    ];

    public async ValueTask InitializeAsync() => await engine.BeginAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task EveryEntry_RefusesGarbageClearlyAndKeepsItsMemory()
    {
        await using var node = await NodeProcess.StartAsync(engine.EndPoint, ("Ingest:FixesPerSecond", 100_000), ("Ingest:FixBurst", 1_000_000), ("Ingest:MaxConnectionsPerDriver", 100), ("Logging:LogLevel:Default", "Warning"));
        await using (var writer = await Hub.HubNode.StartAsync(engine.EndPoint))
        {
            await writer.ProjectAsync(new Protocol.Trips.Trip(
                Protocol.TripId.Parse("t_noise"), Protocol.Trips.TripStatus.New, new Protocol.Trips.Stop(1, 2), new Protocol.Trips.Stop(1, 2.1)));
        }

        var wrong = new ConcurrentDictionary<string, string>();
        // First all heaps and pools get the size that this load asks for.
        await RunAsync(node, Math.Max(100, Tries / 5), seed: 0, wrong);
        var before = await AtRestAsync(node, hoped: 0);
        var (most, held, after) = (before / 10, before, 0L);
        // What a busy machine has under way at once for the first time looks like a leak. But a leak goes on: the same load takes as much again.
        for (var round = 1; ; round++)
        {
            await RunAsync(node, Tries, seed: round * 1_000_000, wrong);
            after = await AtRestAsync(node, hoped: held + most / 2);
            if (after - held <= most || round == Rounds || !wrong.IsEmpty) break;
            held = after;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{Tries} tries of {Kinds.Length} kinds; resident memory {before / 1e6:0.0} MB before, {after / 1e6:0.0} MB after"));
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Select(pair => $"{pair.Key}: {pair.Value}")));
        Assert.True(node.IsAlive);
        Assert.DoesNotContain(node.Log, line => line.StartsWith("fail:", StringComparison.Ordinal) || line.StartsWith("crit:", StringComparison.Ordinal));
        Assert.True(after - held <= most, FormattableString.Invariant($"resident memory was {before / 1e6:0.0} MB, then {held / 1e6:0.0} MB, and is {after / 1e6:0.0} MB"));
        using var alive = await node.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    private static async Task RunAsync(NodeProcess node, int tries, int seed, ConcurrentDictionary<string, string> wrong)
    {
        foreach (var (name, attempt) in Kinds)
        {
            var next = 0;
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(async () =>
            {
                for (int i; (i = Interlocked.Increment(ref next)) <= tries;)
                {
                    try
                    {
                        if (await attempt(node, new Noise(seed + i)) is { } what) wrong.TryAdd(name, what);
                    }
                    catch (Exception failure) when (failure is HttpRequestException or WebSocketException or IOException or TimeoutException)
                    {
                        wrong.TryAdd(name, $"{failure.GetType().Name}: {failure.Message}");
                    }
                }
            }, TestContext.Current.CancellationToken)));
        }
    }

    // What is garbage by now is collected. The runtime gives free memory back bit by bit, so it is looked at for a while: until it is as
    // little as hoped for, or falls no more.
    private static async Task<long> AtRestAsync(NodeProcess node, long hoped)
    {
        var least = long.MaxValue;
        for (int look = 0, same = 0; least > hoped && same < 10 && look < 60; look++)
        {
            await ForcedCollection.RunAsync(node.Id, TestContext.Current.CancellationToken);
            await Task.Delay(500, TestContext.Current.CancellationToken);
            var now = node.ResidentBytes;
            same = now < 0.99 * least ? 0 : same + 1;
            least = Math.Min(least, now);
        }

        return least;
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static Task<string?> PostAsync(NodeProcess node, byte[] body, params int[] expected) => PostAsync(node, body, "application/json", expected);

    private static Task<string?> PostAsync(NodeProcess node, byte[] body, string type, params int[] expected) => SendAsync(
        node, HttpMethod.Post, "/v1/drivers/noisy/fixes", DriverToken,
        request =>
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        },
        expected);

    private static async Task<string?> SendAsync(NodeProcess node, HttpMethod method, string path, string token, Action<HttpRequestMessage>? more, params int[] expected)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        more?.Invoke(request);
        using var response = await node.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return Judge((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, body, expected);
    }

    private static string? Judge(int status, string? type, string body, int[] expected)
    {
        if (!expected.Contains(status)) return $"status {status}, not {string.Join(" or ", expected)}: {body}";
        if (status is 200 or 204 or 304) return null;
        if (type != "application/problem+json") return $"status {status} as {type}: {body}";
        using var problem = JsonDocument.Parse(body);
        return problem.RootElement.TryGetProperty("type", out _) && problem.RootElement.TryGetProperty("detail", out var detail) && detail.GetString()!.Length > 0 ? null : body;
    }

    private static async Task<string?> SseAsync(NodeProcess node, string path, string token, string? last, int expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (last is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
        using var response = await node.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        if ((int)response.StatusCode != expected) return $"status {response.StatusCode}";
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
        {
            if (!line.StartsWith("data:", StringComparison.Ordinal)) continue;
            return line.Contains("\"reset\":true", StringComparison.Ordinal) ? null : line;
        }

        return "the stream ended without a state";
    }

    private static Task<string?> RawAsync(NodeProcess node, string request, params int[] expected) => RawAsync(node, Encoding.Latin1.GetBytes(request), expected);

    private static async Task<string?> RawAsync(NodeProcess node, byte[] request, params int[] expected)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(node.Url.Host, node.Url.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(request, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // Refused before all of it was sent: the answer is there already.
        }

        using var reader = new StreamReader(stream, Encoding.Latin1);
        var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60)) ?? "closed without an answer";
        var words = line.Split(' ');
        return words.Length > 1 && int.TryParse(words[1], CultureInfo.InvariantCulture, out var status) && expected.Contains(status) ? null : $"{line}, not {string.Join(" or ", expected)}";
    }

    private static async Task<ClientWebSocket> OpenAsync(NodeProcess node, string path, string? subprotocol = null)
    {
        var socket = new ClientWebSocket();
        if (subprotocol is not null) socket.Options.AddSubProtocol(subprotocol);
        await socket.ConnectAsync(new UriBuilder(new Uri(node.Url, path)) { Scheme = "ws" }.Uri, TestContext.Current.CancellationToken);
        return socket;
    }

    // Three in a row that can't be read as a report close the connection (protocol.md section 2), and each is answered before.
    private static async Task<string?> DriverSocketAsync(NodeProcess node, WebSocketMessageType type, Func<byte[]> message, int messages, params int[] expected)
    {
        using var socket = await OpenAsync(node, $"/v1/driver/ws?access_token={DriverToken}", "ridetracker.driver.v1");
        for (var i = 0; i < messages; i++) await TrySendAsync(socket, message(), type);
        var (code, heard) = await UntilClosedAsync(socket);
        if (!expected.Contains(code)) return $"close code {code}: {heard}";
        return code != 1008 || heard.Contains("\"error\"", StringComparison.Ordinal) ? null : $"no error before the close: {heard}";
    }

    private static async Task<string?> DriverSocketNowhereAsync(NodeProcess node, Noise noise)
    {
        using var socket = await OpenAsync(node, $"/v1/driver/ws?access_token={DriverToken}", "ridetracker.driver.v1");
        await TrySendAsync(socket, Utf8($$"""{"fixes":[{{noise.NowhereFix()}}]}"""), WebSocketMessageType.Text);
        var buffer = new byte[8_192];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
            var text = Encoding.UTF8.GetString(buffer.AsSpan(0, part.Count));
            if (part.MessageType == WebSocketMessageType.Close) return $"close code {socket.CloseStatus}";
            if (text.Contains("\"ack\"", StringComparison.Ordinal)) return text.Contains("malformed", StringComparison.Ordinal) || text.Contains("out-of-range", StringComparison.Ordinal) ? null : text;
            if (text.Contains("\"error\"", StringComparison.Ordinal)) return null;
        }
    }

    private static async Task<string?> RiderSocketAsync(NodeProcess node, WebSocketMessageType type, byte[] message, int expected)
    {
        using var socket = await OpenAsync(node, $"/v1/trips/t_noise/live?access_token={RiderToken}");
        await TrySendAsync(socket, message, type);
        var (code, heard) = await UntilClosedAsync(socket);
        return code == expected ? null : $"close code {code}: {heard}";
    }

    private static async Task<string?> SignalRAsync(NodeProcess node, Noise noise, bool handshake)
    {
        using var socket = await OpenAsync(node, $"/v1/driver?access_token={DriverToken}");
        var call = noise.Next(5) switch
        {
            0 => Utf8(noise.Text(200)),
            1 => noise.Bytes(200),
            2 => Utf8($$"""{"type":1,"invocationId":"1","target":"Report","arguments":[{{noise.WrongFix()}}]}"""),
            3 => Utf8($$"""{"type":1,"invocationId":"1","target":"{{noise.Next(1_000)}}","arguments":[]}"""),
            _ => noise.Damaged($$"""{"type":1,"invocationId":"1","target":"Report","arguments":[[{{noise.GoodFix()}}]]}"""),
        };
        // In one message: a call that was damaged so that it wants no answer is followed by one that does.
        byte[] start = handshake ? [.. "{\"protocol\":\"json\",\"version\":1}"u8, 0x1e] : [];
        byte[] probe = [.. "{\"type\":1,\"invocationId\":\"probe\",\"target\":\"Nothing\",\"arguments\":[]}"u8, 0x1e];
        await TrySendAsync(socket, [.. start, .. call, 0x1e, .. probe], WebSocketMessageType.Text);
        var (code, heard) = await UntilClosedAsync(socket, until: "\"probe\"");
        // What the framework can't read at all it ends without a word.
        return heard.Contains("error", StringComparison.Ordinal) || code != 1011 ? null : $"close code {code}: {heard}";
    }

    // Bytes that are no WebSocket frames, after a good handshake.
    private static async Task<string?> BrokenFramesAsync(NodeProcess node, string path, Noise noise)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(node.Url.Host, node.Url.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        if (line?.Contains("101", StringComparison.Ordinal) != true) return line;
        // Reserved bits set and no mask: wrong from the first byte on.
        await stream.WriteAsync((byte[])[0xF3, 0x05, .. noise.Bytes(100)], TestContext.Current.CancellationToken);
        try
        {
            await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (IOException)
        {
            // The framework resets a connection that does not speak the protocol; that it ends is enough here.
        }

        return null;
    }

    private static async Task<bool> TrySendAsync(ClientWebSocket socket, byte[] message, WebSocketMessageType type)
    {
        try
        {
            await socket.SendAsync(message, type, true, TestContext.Current.CancellationToken);
            return true;
        }
        catch (Exception failure) when (failure is WebSocketException or IOException)
        {
            return false;
        }
    }

    private static async Task<(int Code, string Heard)> UntilClosedAsync(ClientWebSocket socket, string? until = null)
    {
        var heard = new StringBuilder();
        var buffer = new byte[8_192];
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
                if (part.MessageType == WebSocketMessageType.Close) break;
                if (heard.Length < 2_000) heard.Append(Encoding.UTF8.GetString(buffer.AsSpan(0, part.Count)));
                if (until is not null && heard.ToString().Contains(until, StringComparison.Ordinal)) break;
            }

            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
        }
        catch (WebSocketException failure)
        {
            heard.Append(failure.Message);
        }

        return ((int)(socket.CloseStatus ?? 0), heard.ToString());
    }
}
