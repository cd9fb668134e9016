using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>A WebSocket of states.</summary>
internal sealed class WebSocketRider : Rider
{
    private readonly ClientWebSocket _socket;
    private readonly byte[] _buffer = new byte[256 * 1024];

    private WebSocketRider(ClientWebSocket socket) => _socket = socket;

    public int? CloseCode => (int?)_socket.CloseStatus;

    public string? CloseReason => _socket.CloseStatusDescription;

    public static async Task<Rider> ConnectAsync(ITestServer node, string path, string token, string? cursor, HttpClient? client, TimeSpan patience)
    {
        var socket = new ClientWebSocket();
        // As a browser does: no header, the token in the query.
        var query = $"access_token={token}" + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}");
        var url = new UriBuilder(new Uri(node.Url, path)) { Scheme = "ws" };
        url.Query = url.Query.Length > 1 ? $"{url.Query[1..]}&{query}" : query;
        await socket.ConnectAsync(url.Uri, client, TestContext.Current.CancellationToken).WaitAsync(patience);
        return new WebSocketRider(socket) { Patience = patience };
    }

    public async Task SendAsync(string text) =>
        await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    public override async Task<string?> NextJsonAsync()
    {
        while (await NextTextAsync() is { } text)
        {
            using var message = JsonDocument.Parse(text);
            var root = message.RootElement;
            if (root.TryGetProperty("alive", out _)) Alives++;
            else if (root.TryGetProperty("end", out var end)) EndReason = end.GetProperty("reason").GetString();
            else if (root.TryGetProperty("drain", out var drain)) RetryMs = drain.GetProperty("reconnectAfterMs").GetInt32();
            else return text;
        }

        return null;
    }

    /// <summary>The next message, or null when the server closed.</summary>
    public async Task<string?> NextTextAsync()
    {
        var length = 0;
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    if (_socket.State == WebSocketState.CloseReceived) await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
                    return null;
                }

                length += part.Count;
                if (part.EndOfMessage) return Encoding.UTF8.GetString(_buffer.AsSpan(0, length));
            }
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    public override ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
