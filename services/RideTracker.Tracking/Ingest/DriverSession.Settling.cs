using RideTracker.Hosting;
using RideTracker.Tracking.Hub;

namespace RideTracker.Tracking.Ingest;

/// <summary>Reports on their way through the hub: tried until taken, settled in the order of their numbers.</summary>
internal sealed partial class DriverSession
{
    private readonly Queue<SocketReport> _inFlight = new();
    private int _retrying;
    private bool _openTrouble;
    private bool _troubleTold;

    // A report that is done is not to be looked at after this.
    private void Begin(SocketReport report)
    {
        var done = report.Done;
        lock (_gate)
        {
            _inFlight.Enqueue(report);
            _reportsInFlight++;
            _fixesInFlight += report.Fixes;
            if (done) SettleHeads();
        }

        if (done) Kick();
    }

    // The hub may have answered, and the report be another one, before this returns.
    private async ValueTask TakeToHubAsync(SocketReport report)
    {
        try
        {
            await _hub.QueueAsync(report, _gone.Token);
        }
        catch (OperationCanceledException)
        {
            _track.Lost();
        }
        catch (Exception bug)
        {
            _track.Lost();
            LogFailed(bug, _caller.Subject);
            Abort();
        }
    }

    /// <summary>The hub's answer to a report.</summary>
    public void Answered(SocketReport report, in HubVerdict verdict)
    {
        _line.Learn(in verdict);
        if (verdict.Outcome == HubOutcome.Taken)
        {
            _track.Taken(in verdict);
            if (verdict.OffDuty is { } offDuty) report.Checked.RefuseOffDuty(offDuty);
            Settle(report, verdict);
            return;
        }

        _ = TakeAgainAsync(report, verdict.Outcome);
    }

    private async Task TakeAgainAsync(SocketReport report, HubOutcome outcome)
    {
        if (report.Retrying is null)
        {
            report.Retrying = new Retry(_options);
            _metrics.NotTaken(Door.WebSocket);
            lock (_gate) _retrying++;
        }

        var retry = report.Retrying.Value;
        var delay = retry.Next();
        report.Retrying = retry;
        TellTrouble(outcome, delay);
        try
        {
            // What is in flight is taken to the hub even while the connection closes, until it is gone.
            await Task.Delay(delay, _time, _gone.Token);
        }
        catch (OperationCanceledException)
        {
            _track.Lost();
            return;
        }

        await TakeToHubAsync(report);
    }

    private void Settle(SocketReport report, HubVerdict verdict)
    {
        lock (_gate)
        {
            if (report.Retrying is not null && --_retrying == 0) RoomMade();
            _troubleTold &= _retrying > 0;
            report.Verdict = verdict;
            report.Done = true;
            SettleHeads();
        }

        Kick();
    }

    // Under the lock. A report that is done is known to nobody but the queue of this connection: the hub has answered, or never sees it.
    private void SettleHeads()
    {
        while (_inFlight.TryPeek(out var head) && head.Done)
        {
            _inFlight.Dequeue();
            _outbox.Settle(head);
            if (head.Unreadable is null)
                _metrics.Settled(Door.WebSocket, head.Verdict.Accepted, head.Verdict.Duplicates + head.Checked.Repeated, head.Checked.Refused, _time.GetElapsedTime(head.ReadAt));
            _reports.Return(head);
        }
    }

    private async ValueTask TroubleAsync(HubOutcome outcome, TimeSpan delay)
    {
        _openTrouble = true;
        TellTrouble(outcome, delay);
        await DelayAsync(delay);
    }

    private void Recovered()
    {
        _openTrouble = false;
        lock (_gate) _troubleTold &= _retrying > 0;
    }

    // Once in a row of failures: the phone keeps what is not settled, and needs to hear it only once.
    private void TellTrouble(HubOutcome outcome, TimeSpan delay)
    {
        lock (_gate)
        {
            if (_troubleTold) return;
            _troubleTold = true;
            if (outcome == HubOutcome.Full) _outbox.Error(Problems.HubFull, "The history has no room now. Keep what is not settled; it is tried again here.", delay);
            else _outbox.Error(Problems.HubUnavailable, "The hub can't be reached now. Keep what is not settled; it is tried again here.", delay);
        }

        Kick();
    }
}
