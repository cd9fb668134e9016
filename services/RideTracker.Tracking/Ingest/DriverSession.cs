using System.Net.WebSockets;
using RideTracker.Hosting.Access;

namespace RideTracker.Tracking.Ingest;

/// <summary>One phone on the plain WebSocket: from the handshake to the close. See protocol.md section 2.</summary>
/// <remarks>
/// Three flows share the lock: the reader (one at a time, in <c>DriverSession.Reading.cs</c>), reports that the hub answers (<c>Settling</c>), and the
/// sender (<c>Sending</c>), which runs only while there is something to send. Nobody waits for the hub or the network under the lock.
/// </remarks>
internal sealed partial class DriverSession : IDriverConnection, IAsyncDisposable
{
    // How long the phone may take to answer a close before the connection is cut.
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(250);

    private readonly WebSocket _socket;
    private readonly Caller _caller;
    private readonly DriverTrack _track;
    private readonly IngestHub _hub;
    private readonly ReportIntake _intake;
    private readonly SocketReportPool _reports;
    private readonly IngestOptions _options;
    private readonly IngestMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<DriverSession> _log;
    private readonly DriverLine _line;
    private readonly DriverOutbox _outbox;
    private readonly Lock _gate = new();

    // Reading ends: the connection is to be closed or is gone.
    private readonly CancellationTokenSource _stopReading = new();

    // The connection is gone: nobody takes reports to the hub for it any more.
    private readonly CancellationTokenSource _gone = new();
    private readonly TaskCompletionSource _outputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (WebSocketCloseStatus Status, string Reason, bool AfterSettled)? _close;

    public DriverSession(
        WebSocket socket, Caller caller, DriverTrack track, IngestHub hub, ReportIntake intake, Advisor advisor, SocketReportPool reports, IngestOptions options, IngestMetrics metrics,
        TimeProvider time, ILogger<DriverSession> log)
    {
        _socket = socket;
        _caller = caller;
        _track = track;
        _hub = hub;
        _intake = intake;
        _reports = reports;
        _options = options;
        _metrics = metrics;
        _time = time;
        _log = log;
        _line = new DriverLine(track, hub, advisor, time, Kick);
        _outbox = new DriverOutbox(_line, hub, time);
    }

    public string Jti => _caller.Jti;

    /// <summary>Serves the connection until it is closed.</summary>
    public async Task RunAsync()
    {
        CheckExpiry(_time.GetUtcNow());
        try
        {
            await OpenLineAsync();
            await ReadAsync();
            await _outputEnded.Task;
        }
        catch (Exception broken) when (broken is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            LogBroken(_caller.Subject, broken.Message);
            // Noise is answered by a close code (1002, 1007), which the phone would lose if the connection were reset at once for what it still sends.
            if (broken is WebSocketException { WebSocketErrorCode: not WebSocketError.ConnectionClosedPrematurely }) await Task.Delay(Linger, _time);
        }
    }

    public void Drain(TimeSpan reconnectAfter)
    {
        lock (_gate) _outbox.Drain(reconnectAfter);
        Close(WebSocketCloseStatus.EndpointUnavailable, "draining", afterSettled: true);
    }

    public void Revoke() => Close((WebSocketCloseStatus)4403, "token-revoked", afterSettled: false);

    public void Abort()
    {
        lock (_gate) _outputClosed = true;
        _socket.Abort();
        _stopReading.Cancel();
        _outputEnded.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await _stopReading.CancelAsync();
        if (_ackTimer is { } ackTimer) await ackTimer.DisposeAsync();
        if (_cutTimer is { } cutTimer) await cutTimer.DisposeAsync();
        _line.Dispose();
        // The token sources stay for reports that the hub still has to answer; they hold nothing that needs disposing.
    }

    // The first reason stands.
    private void Close(WebSocketCloseStatus status, string reason, bool afterSettled)
    {
        lock (_gate)
        {
            if (_close is { AfterSettled: false } || (_close is not null && afterSettled)) return;
            _close = (status, reason, afterSettled);
        }

        _stopReading.Cancel();
        Kick();
    }

    public void CheckExpiry(DateTimeOffset now)
    {
        if (now >= _caller.ExpiresAt) Close((WebSocketCloseStatus)4401, "token-expired", afterSettled: false);
    }
}
