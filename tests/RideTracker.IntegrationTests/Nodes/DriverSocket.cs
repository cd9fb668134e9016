using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace RideTracker.IntegrationTests.Nodes;

/// <summary>A phone on the plain WebSocket, by the words of protocol.md section 2.</summary>
internal sealed class DriverSocket : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[64 * 1024];

    private DriverSocket()
    {
    }

    public int Accepted { get; private set; }

    public int Duplicates { get; private set; }

    /// <summary>Reports settled so far.</summary>
    public int Settled { get; private set; }

    /// <summary>The hub's name in the last Ack.</summary>
    public string? Hub { get; private set; }

    /// <summary>Refused fixes as (report, index, reason).</summary>
    public List<(int Report, int Index, string Reason)> Rejected { get; } = [];

    /// <summary>Messages that were no Ack.</summary>
    public List<string> Others { get; } = [];

    public int? CloseCode => (int?)_socket.CloseStatus;

    public static async Task<DriverSocket> ConnectAsync(ITestServer node, string token)
    {
        var driver = new DriverSocket();
        driver._socket.Options.AddSubProtocol("ridetracker.driver.v1");
        driver._socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await driver._socket.ConnectAsync(new UriBuilder(new Uri(node.Url, "/v1/driver/ws")) { Scheme = "ws" }.Uri, TestContext.Current.CancellationToken);
        Assert.Equal("ridetracker.driver.v1", driver._socket.SubProtocol);
        return driver;
    }

    public Task SendAsync(params WireFix[] fixes) => SendAsync(JsonSerializer.Serialize(new { fixes }, JsonSerializerOptions.Web));

    public async Task SendAsync(string text, WebSocketMessageType type = WebSocketMessageType.Text) =>
        await _socket.SendAsync(Encoding.UTF8.GetBytes(text), type, true, TestContext.Current.CancellationToken);

    /// <summary>Reads until so many reports are settled.</summary>
    public async Task UntilSettledAsync(int reports)
    {
        while (Settled < reports) Assert.True(await ReadAsync(), $"the server closed the connection ({CloseCode} {_socket.CloseStatusDescription})");
    }

    /// <summary>Reads one message; false when the server closed.</summary>
    public async Task<bool> ReadAsync()
    {
        var length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult part;
            try
            {
                part = await _socket.ReceiveAsync(_buffer.AsMemory(length), TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);
            }
            catch (WebSocketException)
            {
                return false;
            }

            if (part.MessageType == WebSocketMessageType.Close) return false;
            length += part.Count;
            if (part.EndOfMessage) break;
        }

        var text = Encoding.UTF8.GetString(_buffer.AsSpan(0, length));
        using var message = JsonDocument.Parse(text);
        if (!message.RootElement.TryGetProperty("ack", out var ack))
        {
            Others.Add(text);
            return true;
        }

        Settled = ack.GetProperty("reports").GetInt32();
        Hub = ack.GetProperty("hub").GetString();
        Accepted += ack.GetProperty("accepted").GetInt32();
        Duplicates += ack.GetProperty("duplicates").GetInt32();
        foreach (var rejection in ack.GetProperty("rejected").EnumerateArray())
            Rejected.Add((rejection.GetProperty("report").GetInt32(), rejection.GetProperty("index").GetInt32(), rejection.GetProperty("reason").GetString()!));
        return true;
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
