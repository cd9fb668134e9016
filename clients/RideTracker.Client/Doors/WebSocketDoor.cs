using System.Buffers;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using RideTracker.Client.Buffering;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Client.Doors;

/// <summary>The plain WebSocket door: text frames, reports counted by both sides, an Ack settles all up to its number.</summary>
internal sealed class WebSocketDoor(Uri server) : IDriverDoor
{
    private const string Subprotocol = "ridetracker.driver.v1";
    private const int LargestFrameBytes = 256 * 1024;
    private const int NotAllowed = 4403;

    private readonly Queue<FixReport> _underWay = new();
    private readonly ArrayBufferWriter<byte> _frame = new();
    private readonly CancellationTokenSource _closing = new();
    private WebSocket? _socket;
    private Utf8JsonWriter? _writer;
    private Task _reading = Task.CompletedTask;
    private long _reports;

    public async Task OpenAsync(string token, IDoorListener listener, CancellationToken cancellationToken)
    {
        _socket = await DoorSocket.OpenAsync(DoorSocket.Address(server, "/v1/driver/ws"), token, Subprotocol, cancellationToken).ConfigureAwait(false);
        _reading = ReadAllAsync(_socket, listener);
    }

    public ValueTask SendAsync(FixReport report, CancellationToken cancellationToken)
    {
        report.Number = ++_reports;
        _frame.ResetWrittenCount();
        _writer ??= new Utf8JsonWriter(_frame);
        _writer.Reset(_frame);
        _writer.WriteStartObject();
        _writer.WriteStartArray("fixes"u8);
        foreach (var fix in report.Fixes) DriverFixJsonConverter.WriteFix(_writer, fix.Fix);
        _writer.WriteEndArray();
        _writer.WriteEndObject();
        _writer.Flush();
        lock (_underWay) _underWay.Enqueue(report);
        return _socket!.SendAsync(_frame.WrittenMemory, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_socket is null) return;
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", patience.Token).ConfigureAwait(false);
                await _reading.WaitAsync(patience.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The other side is gone or doesn't answer: nothing is owed to it.
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _socket.Dispose();
        _closing.Dispose();
        if (_writer is not null) await _writer.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReadAllAsync(WebSocket socket, IDoorListener listener)
    {
        Exception? cause = null;
        try
        {
            var buffer = new byte[1024];
            var length = 0;
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer.AsMemory(length), _closing.Token).ConfigureAwait(false);
                if (result.MessageType == WebSocketMessageType.Close) break;
                length += result.Count;
                if (result.EndOfMessage)
                {
                    Handle(buffer.AsSpan(0, length), listener);
                    length = 0;
                }
                else if (length == buffer.Length)
                {
                    if (length >= LargestFrameBytes) throw new InvalidDataException($"The server sent a frame of more than {LargestFrameBytes} bytes.");
                    Array.Resize(ref buffer, length * 2);
                }
            }

            cause = WhyClosed(socket);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidDataException or JsonException)
        {
            cause = e;
        }

        listener.Closed(cause);
    }

    // 4401, a token that ran out, is no refusal: the handshake took it, and the next one says whether a new one is good.
    private static Exception? WhyClosed(WebSocket socket) => (int?)socket.CloseStatus switch
    {
        NotAllowed => new DriverRefusedException(HttpStatusCode.Forbidden, socket.CloseStatusDescription),
        null or 1000 => null,
        { } code => new WebSocketException($"The server closed the connection: {code} {socket.CloseStatusDescription}".TrimEnd()),
    };

    private void Handle(ReadOnlySpan<byte> frame, IDoorListener listener)
    {
        var reader = new Utf8JsonReader(frame);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("The server sent a frame that is no JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("ack"u8))
            {
                Settle(JsonSerializer.Deserialize(ref reader, DoorJson.Default.Ack)!, listener);
            }
            else if (reader.ValueTextEquals("advise"u8))
            {
                if (JsonSerializer.Deserialize(ref reader, DoorJson.Default.Advice) is { } advice) listener.Advised(advice);
            }
            else if (reader.ValueTextEquals("trip"u8))
            {
                var trip = JsonSerializer.Deserialize(ref reader, DoorJson.Default.JsonElement);
                listener.TripChanged(trip.ValueKind == JsonValueKind.Null ? null : trip);
            }
            else if (reader.ValueTextEquals("drain"u8))
            {
                var drain = JsonSerializer.Deserialize(ref reader, DoorJson.Default.DrainNotice);
                listener.Draining(TimeSpan.FromMilliseconds(Math.Clamp(drain?.ReconnectAfterMs ?? 0, 0, 3_600_000)));
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                var problem = JsonSerializer.Deserialize(ref reader, DoorJson.Default.ProblemNotice);
                listener.Paused(problem?.RetryAfter ?? TimeSpan.Zero, problem?.ToString() ?? "");
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private void Settle(Ack ack, IDoorListener listener)
    {
        if (ack is null or { Reports: null }) throw new JsonException("The server sent an ack without 'reports'.");
        var settled = new List<FixReport>();
        lock (_underWay)
        {
            if (ack.Reports > _reports) throw new InvalidDataException($"The server acknowledged report {ack.Reports} of {_reports}.");
            while (_underWay.TryPeek(out var report) && report.Number <= ack.Reports) settled.Add(_underWay.Dequeue());
        }

        listener.Settled(settled, ack);
    }
}
