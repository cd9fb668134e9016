using System.Net.WebSockets;

namespace RideTracker.Tracking.Ingest;

/// <summary>The sender: one frame after another while there is something to send, then the close.</summary>
internal sealed partial class DriverSession
{
    private bool _sending;
    private bool _outputClosed;
    private ITimer? _ackTimer;
    private ITimer? _cutTimer;

    // Sends what there is, unless somebody does so already.
    private void Kick()
    {
        lock (_gate)
        {
            if (_sending || _outputClosed) return;
            _sending = true;
        }

        _ = SendAsync();
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> frame;
                (WebSocketCloseStatus Status, string Reason, bool AfterSettled)? close = null;
                lock (_gate)
                {
                    if (_outbox.TryWriteNext(AckIsDue(), out frame, out var freed))
                    {
                        _reportsInFlight -= freed.Reports;
                        _fixesInFlight -= freed.Fixes;
                    }
                    else if (_close is { } asked && (!asked.AfterSettled || _inFlight.Count == 0))
                    {
                        close = asked;
                        _outputClosed = true;
                    }
                    else
                    {
                        _sending = false;
                        return;
                    }
                }

                if (close is { } now)
                {
                    await CloseOutputAsync(now.Status, now.Reason);
                    return;
                }

                // Without a token: Abort ends it, and with one the framework takes a slower way for each frame.
                await WithinLimitAsync(_socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None));
                lock (_gate) RoomMade();
            }
        }
        catch (Exception broken) when (broken is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The reader learns of it and ends the session.
            LogBroken(_caller.Subject, broken.Message);
            Abort();
        }
        catch (Exception bug)
        {
            // Nothing more would ever be sent on this connection: better none.
            LogFailed(bug, _caller.Subject);
            Abort();
        }
    }

    // Under the lock. An Ack goes at once where nothing else is in flight, so that one fix a second costs no waiting; else they are gathered.
    private bool AckIsDue()
    {
        if (!_outbox.HasAck) return false;
        if (_outbox.AckIsUrgent || _inFlight.Count == 0 || _close is not null) return true;
        var left = _options.AckDelay - _time.GetElapsedTime(_outbox.OldestReadAt);
        if (left <= TimeSpan.Zero) return true;
        _ackTimer ??= _time.CreateTimer(_ => Kick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _ackTimer.Change(left, Timeout.InfiniteTimeSpan);
        return false;
    }

    private async ValueTask CloseOutputAsync(WebSocketCloseStatus status, string reason)
    {
        CutAfter(CloseLimit);
        await WithinLimitAsync(new ValueTask(_socket.CloseOutputAsync(status, reason, _gone.Token)));
        LogClosed(_caller.Subject, (int)status, reason);
        _outputEnded.TrySetResult();
    }

    // A phone that takes nothing for so long is gone; only where the network does not take the frame at once is there anything to watch.
    private async ValueTask WithinLimitAsync(ValueTask send)
    {
        if (send.IsCompletedSuccessfully)
        {
            await send;
            return;
        }

        await using var cut = _time.CreateTimer(_ => Abort(), null, _options.KeepAliveTimeout, Timeout.InfiniteTimeSpan);
        await send;
    }

    private void CutAfter(TimeSpan limit)
    {
        lock (_gate) _cutTimer ??= _time.CreateTimer(_ => Abort(), null, limit, Timeout.InfiniteTimeSpan);
    }
}
