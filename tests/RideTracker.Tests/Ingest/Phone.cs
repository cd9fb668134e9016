using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace RideTracker.Tests.Ingest;

/// <summary>A phone on the plain WebSocket, frame by frame.</summary>
internal sealed class Phone(ClientWebSocket socket) : IAsyncDisposable
{
    // Long enough for a loaded machine; no test waits it out.
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));

    public ClientWebSocket Socket => socket;

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    public Task SendAsync(byte[] bytes, WebSocketMessageType type, bool end = true) => socket.SendAsync(bytes, type, end, _limit.Token);

    public Task ReportAsync(params (long TimeMs, double Lat, double Lng)[] fixes) => SendAsync(Json(fixes));

    public static string Json(params (long TimeMs, double Lat, double Lng)[] fixes) =>
        $$"""{"fixes":[{{string.Join(",", fixes.Select(fix => FormattableString.Invariant($$"""{"time":{{fix.TimeMs}},"lat":{{fix.Lat}},"lng":{{fix.Lng}}}""")))}}]}""";

    /// <summary>The next frame, or null once the server closed.</summary>
    public async Task<JsonElement?> NextAsync()
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(length), _limit.Token);
            if (received.MessageType == WebSocketMessageType.Close) return null;
            length += received.Count;
            if (received.EndOfMessage) break;
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        using var document = JsonDocument.Parse(buffer.AsMemory(0, length));
        return document.RootElement.Clone();
    }

    /// <summary>The value of the next frame of a kind; frames of other kinds are passed over.</summary>
    public async Task<JsonElement> NextAsync(string kind)
    {
        while (await NextAsync() is { } frame)
        {
            if (frame.TryGetProperty(kind, out var value)) return value;
        }

        throw new InvalidOperationException($"The server closed ({(int?)socket.CloseStatus} {socket.CloseStatusDescription}) without a frame '{kind}'.");
    }

    /// <summary>Reads on until the server closes, answers the close, and says why it did.</summary>
    public async Task<(int Code, string Reason)> ClosedAsync()
    {
        while (await NextAsync() is not null)
        {
        }

        if (socket.State == WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _limit.Token);
        return ((int)socket.CloseStatus!, socket.CloseStatusDescription ?? "");
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        _limit.Dispose();
        return ValueTask.CompletedTask;
    }
}
