using System.Runtime.InteropServices;
using System.Text;
using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Generator;

/// <summary>One connection that publishes: makes its handshake, sends messages, reads what is answered to them.</summary>
internal sealed class PublisherConnection(Poller poller, PublishPlan plan, Settlements settlements, int index) : Connection(poller, plan.Port)
{
    // Sending times of messages in flight; a phone may have 64 reports unsettled (Ingest:MaxReportsInFlight).
    private const int MostInFlight = 128;

    private readonly long[] _sentNs = plan.Answers == AnswerKind.Ignored ? [] : new long[MostInFlight];
    private HttpReader _http;
    private WebSocketReader _socket;
    private long _settled;

    public int Index => index;

    /// <summary>Whether messages may be sent.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Messages that were sent.</summary>
    public long Messages { get; private set; }

    /// <summary>Messages that are not settled yet; 0 where answers are ignored.</summary>
    public int InFlight => _sentNs.Length == 0 ? 0 : (int)(Messages - _settled);

    /// <summary>Whether one more message can go out now.</summary>
    public bool CanSend => IsReady && !IsBlocked && InFlight < MostInFlight;

    /// <summary>Called when messages were settled; null: nobody is told.</summary>
    public Action<PublisherConnection>? Settled { get; set; }

    /// <summary>Counts connections that became ready.</summary>
    public Counter? ReadyCount { get; set; }

    /// <summary>Notes that a message goes out at this time.</summary>
    public void OnSend(long nowNs)
    {
        if (_sentNs.Length > 0) _sentNs[Messages % MostInFlight] = nowNs;
        Messages++;
    }

    protected override void OnConnected()
    {
        if (plan.Handshake is { } handshake) TrySend(handshake(index));
        else BecomeReady();
    }

    protected override void OnClosed()
    {
        IsReady = false;
        settlements.OnError(Error == 0 ? "the server closed a publisher's connection" : Marshal.GetPInvokeErrorMessage(Error));
    }

    protected override void OnBytes(ReadOnlySpan<byte> bytes)
    {
        if (plan is { Answers: AnswerKind.Ignored, Handshake: null })
        {
            // RESP: a line that begins with - is an error; the integers that PUBLISH answers hold none.
            if (bytes.IndexOf((byte)'-') is >= 0 and var at) settlements.OnError(Encoding.ASCII.GetString(bytes[at..Math.Min(bytes.Length, at + 100)]));
            return;
        }

        while (_http.Next(ref bytes, out var body) is not HttpPiece.None and var piece)
        {
            if (plan.Answers == AnswerKind.Http) OnHttp(piece);
            else if (piece == HttpPiece.Head) OnUpgrade();
            else if (piece == HttpPiece.Body && _http.Status == 101) OnFrames(body);
        }
    }

    private void OnHttp(HttpPiece piece)
    {
        if (piece != HttpPiece.End && !(piece is HttpPiece.Head or HttpPiece.Body && _http.IsAtEnd)) return;
        if (!IsReady)
        {
            BecomeReady();
            return;
        }

        SettleOne(_settled + 1);
        if (_http.Status is >= 200 and < 300) settlements.Accepted.Add(1);
        else settlements.OnError($"HTTP {_http.Status}");
    }

    private void OnUpgrade()
    {
        if (_http.Status != 101)
        {
            settlements.OnError($"HTTP {_http.Status} to a publisher's WebSocket");
            return;
        }

        if (plan.AfterUpgrade.Length > 0) TrySend(plan.AfterUpgrade);
        // SignalR answers its handshake before it takes calls; until then nobody may call.
        else BecomeReady();
    }

    private void OnFrames(ReadOnlySpan<byte> bytes)
    {
        if (plan.Answers == AnswerKind.Ignored)
        {
            // Whatever comes after the upgrade answers what was sent after it.
            if (!IsReady) BecomeReady();
            return;
        }

        Span<byte> pong = stackalloc byte[WebSocketFrame.MaxHeader + 125];
        while (_socket.TryNext(ref bytes, out var opcode, out var payload))
        {
            switch (opcode)
            {
                case 1 when plan.Answers == AnswerKind.DriverAcks:
                    OnAnswer(DriverAnswer.Read(payload), payload);
                    break;
                case 1:
                    while (payload.IndexOf(DriverAnswer.RecordSeparator) is >= 0 and var end)
                    {
                        OnAnswer(DriverAnswer.Read(payload[..end]), payload[..end]);
                        payload = payload[(end + 1)..];
                    }

                    break;
                case 8:
                    settlements.OnError($"a publisher's WebSocket was closed: {Encoding.UTF8.GetString(payload.Length > 2 ? payload[2..] : payload)}");
                    IsReady = false;
                    Close();
                    return;
                case 9:
                    var header = WebSocketFrame.WriteHeader(pong, WebSocketFrame.PongOpcode, payload.Length);
                    payload.CopyTo(pong[header..]);
                    TrySend(pong[..(header + payload.Length)]);
                    break;
            }
        }
    }

    private void OnAnswer(in DriverAnswer answer, ReadOnlySpan<byte> text)
    {
        switch (answer.Kind)
        {
            case DriverAnswerKind.Ack:
                while (_settled < answer.Reports) settlements.OnSettled(_sentNs[_settled++ % MostInFlight]);
                break;
            case DriverAnswerKind.Completion:
                // Calls may be answered in another order than they were made in; each has its own time.
                SettleOne(answer.Reports);
                if (plan.Answers == AnswerKind.PlainCompletions) settlements.Accepted.Add(1);
                break;
            case DriverAnswerKind.FailedCall:
                SettleOne(answer.Reports);
                settlements.OnError(Encoding.UTF8.GetString(text));
                break;
            case DriverAnswerKind.Error:
                settlements.OnError(Encoding.UTF8.GetString(text));
                break;
            default:
                // SignalR's answer to the handshake.
                if (!IsReady) BecomeReady();
                return;
        }

        settlements.Accepted.Add(answer.Accepted);
        settlements.Duplicates.Add(answer.Duplicates);
        settlements.Rejected.Add(answer.Rejected);
        Settled?.Invoke(this);
    }

    private void SettleOne(long number)
    {
        settlements.OnSettled(_sentNs[(number - 1) % MostInFlight]);
        _settled++;
    }

    private void BecomeReady()
    {
        IsReady = true;
        ReadyCount?.Add(1);
    }
}
