using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using RideTracker.Hosting;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Hub;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>The reader: takes one frame at a time, and none while there is no room for it.</summary>
internal sealed partial class DriverSession
{
    private const int FirstBufferBytes = 4_096;
    private const int MaxUnreadableInARow = 3;
    private const int KeepFixes = 32;

    private byte[] _buffer = [];
    private List<DriverFix> _fixes = new(1);
    private long _readReports;
    private int _unreadableInARow;
    private int _reportsInFlight;
    private int _fixesInFlight;
    private TaskCompletionSource? _roomAwaited;

    private async Task OpenLineAsync()
    {
        var retry = new Retry(_options);
        while (!_stopReading.IsCancellationRequested)
        {
            try
            {
                await _line.OpenAsync(_stopReading.Token);
                Recovered();
                Kick();
                return;
            }
            catch (HubUnavailableException)
            {
                await TroubleAsync(HubOutcome.Unavailable, retry.Next());
            }
            catch (OperationCanceledException) when (_stopReading.IsCancellationRequested)
            {
                return;
            }
        }
    }

    // Without tokens: Abort ends the reading, and with one the framework would register it for each frame.
    private async Task ReadAsync()
    {
        while (true)
        {
            await RoomAsync();
            // Nothing is rented while a phone is silent: thousands are.
            var first = await _socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
            if (first.MessageType == WebSocketMessageType.Close) break;
            _buffer = ArrayPool<byte>.Shared.Rent(FirstBufferBytes);
            try
            {
                var (type, length) = await ReadMessageAsync(first);
                if (type == WebSocketMessageType.Close) break;
                if (_stopReading.IsCancellationRequested) continue;
                await TakeFrameAsync(type, length);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = [];
            }
        }

        // The phone says good-bye: it gets its acks first, as far as they come soon.
        CutAfter(CloseLimit);
        Close(WebSocketCloseStatus.NormalClosure, "", afterSettled: true);
    }

    // Reads the rest of a message into the buffer. One that is too long closes the connection; it is read on, for the close to arrive, but not kept.
    private async ValueTask<(WebSocketMessageType Type, int Length)> ReadMessageAsync(ValueWebSocketReceiveResult first)
    {
        var length = 0;
        var (type, end) = (first.MessageType, first.EndOfMessage);
        while (!end)
        {
            if (length == _buffer.Length) Grow();
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(length), CancellationToken.None);
            (type, end) = (received.MessageType, received.EndOfMessage);
            length += received.Count;
            if (length <= _options.MaxReportBytes) continue;
            Close(WebSocketCloseStatus.MessageTooBig, "too-big", afterSettled: false);
            length = 0;
        }

        return (type, length);
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 4);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private async ValueTask TakeFrameAsync(WebSocketMessageType type, int length)
    {
        var readAt = _time.GetTimestamp();
        var read = type == WebSocketMessageType.Text
            ? ReportReader.ReadFrame(_buffer.AsSpan(0, length), _options.MaxReportFixes, _fixes)
            : ReadReport.Unreadable("Frames are text, not binary.");
        if (read.Fixes is not { } fixes)
        {
            _metrics.Unreadable(Door.WebSocket);
            var bad = _reports.Rent(this, ++_readReports, readAt);
            bad.Unreadable = read;
            bad.Done = true;
            Begin(bad);
            if (++_unreadableInARow == MaxUnreadableInARow) Close(WebSocketCloseStatus.PolicyViolation, "unreadable-reports", afterSettled: true);
            return;
        }

        _unreadableInARow = 0;
        await WithinRateAsync(fixes.Count);
        var retry = new Retry(_options);
        while (!_stopReading.IsCancellationRequested && !await LoadAsync()) await TroubleAsync(HubOutcome.Unavailable, retry.Next());
        // Not settled: the phone sends it again.
        if (_stopReading.IsCancellationRequested) return;

        var report = _reports.Rent(this, ++_readReports, readAt);
        report.Fixes = fixes.Count;
        _track.CheckInto(report.Checked, CollectionsMarshal.AsSpan(fixes), _time.GetUtcNow().ToUnixTimeMilliseconds());
        // After a phone caught up it would hold room for hundreds for ever.
        if (fixes.Capacity > KeepFixes) _fixes = new List<DriverFix>(1);
        var done = report.Checked.Passed is null;
        report.Done = done;
        Begin(report);
        // One that is done may be another report by now.
        if (done) return;
        // Not waited for, where the hub's queue is full: how much of one phone may wait there is bounded by RoomAsync, and its reports stay together.
        var queued = TakeToHubAsync(report);
        if (!queued.IsCompletedSuccessfully) _ = queued.AsTask();
    }

    private async ValueTask WithinRateAsync(int fixes)
    {
        var told = false;
        while (!_stopReading.IsCancellationRequested && _track.Take(fixes, _time.GetUtcNow().ToUnixTimeMilliseconds()) is var wait && wait > TimeSpan.Zero)
        {
            if (!told)
            {
                told = true;
                _metrics.RateLimited(Door.WebSocket);
                lock (_gate) _outbox.Error(Problems.RateLimited, $"More than {_options.FixesPerSecond} fixes a second: this report waits.", wait);
                Kick();
            }

            await DelayAsync(wait);
        }
    }

    private async ValueTask<bool> LoadAsync()
    {
        if (!await _intake.LoadAsync(_track, _gone.Token)) return false;
        if (_openTrouble) Recovered();
        return true;
    }

    // Waits until there is room for one more report, whatever its size, or reading is to end.
    private async ValueTask RoomAsync()
    {
        while (!_stopReading.IsCancellationRequested)
        {
            Task room;
            lock (_gate)
            {
                if (_retrying == 0 && _reportsInFlight < _options.MaxReportsInFlight && _fixesInFlight + _options.MaxReportFixes <= _options.MaxFixesInFlight) return;
                _roomAwaited ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _roomAwaited.Task;
            }

            try
            {
                await room.WaitAsync(_stopReading.Token);
            }
            catch (OperationCanceledException) when (_stopReading.IsCancellationRequested)
            {
                return;
            }
        }
    }

    // Under the lock.
    private void RoomMade()
    {
        _roomAwaited?.TrySetResult();
        _roomAwaited = null;
    }

    private async ValueTask DelayAsync(TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, _time, _stopReading.Token);
        }
        catch (OperationCanceledException) when (_stopReading.IsCancellationRequested)
        {
            return;
        }
    }
}
