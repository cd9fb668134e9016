using System.Buffers.Text;
using System.Text;
using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Generator;

/// <summary>One rider of the loop, whatever it speaks: asks, reads states, keeps its cursor.</summary>
internal abstract class Rider : Connection
{
    private readonly RiderPlan _plan;
    private readonly Deliveries _deliveries;
    private readonly byte[]? _cursor;
    private int _cursorLength;
    private FieldScanner _stamps;
    private FieldScanner _cursors = new(ScannedField.Cursor);
    private bool _isReady;

    /// <param name="index">Its number in the plan.</param>
    /// <param name="keepsCursor">Whether it must be able to resume.</param>
    protected Rider(Poller poller, RiderPlan plan, Deliveries deliveries, int index, bool keepsCursor)
        : base(poller, plan.Port)
    {
        _plan = plan;
        _deliveries = deliveries;
        Index = index;
        Topic = plan.TopicOf(index);
        _stamps = new FieldScanner(plan.Stamp == Stamp.FixTime ? ScannedField.FixTime : ScannedField.SentNs);
        if (keepsCursor) _cursor = new byte[FieldScanner.MaxValue];
    }

    public int Index { get; }

    public int Topic { get; }

    /// <summary>Time of its newest state, as <see cref="Stamp"/> says.</summary>
    public long LastStamp { get; set; }

    /// <summary>When its newest state was sent (monotonic ns); 0 before the first.</summary>
    public long LastSentNs { get; set; }

    /// <summary>Whether its subscription stands: it got a good answer.</summary>
    public bool IsReady
    {
        get => _isReady;
        protected set
        {
            if (value && !_isReady) ReadyCount?.Add(1);
            _isReady = value;
        }
    }

    /// <summary>Whether anything of a body came since it was opened last: a state, or the word that it has the present one.</summary>
    public bool HasHeard { get; private set; }

    /// <summary>Counts riders that became ready.</summary>
    public Counter? ReadyCount { get; set; }

    /// <summary>What the server answered that is no subscription; null: nothing.</summary>
    public string? Refusal { get; protected set; }

    /// <summary>How often the other side ended the connection.</summary>
    public int Ends { get; private set; }

    /// <summary>Requests that it sent.</summary>
    public long Requests { get; private set; }

    /// <summary>States newer than the one before that it got, from this run's drivers.</summary>
    public long States { get; set; }

    /// <summary>The cursor of its newest state; null if it has none or keeps none.</summary>
    public string? Cursor => _cursorLength == 0 ? null : Encoding.ASCII.GetString(_cursor!, 0, _cursorLength);

    protected RiderPlan Plan => _plan;

    /// <summary>Makes the rider that a plan says.</summary>
    public static Rider Create(Poller poller, RiderPlan plan, Deliveries deliveries, int index, bool keepsCursor = false) => plan.Wire switch
    {
        RiderWire.Sse => new SseRider(poller, plan, deliveries, index, keepsCursor),
        RiderWire.WebSocket => new WebSocketRider(poller, plan, deliveries, index, keepsCursor),
        _ => new PollingRider(poller, plan, deliveries, index),
    };

    /// <summary>Drops the connection and opens another at once.</summary>
    public virtual void Reopen()
    {
        IsReady = false;
        HasHeard = false;
        Open();
    }

    protected override void OnConnected() => Ask();

    protected override void OnClosed()
    {
        IsReady = false;
        Ends++;
    }

    /// <summary>Sends a request with the cursor that it has.</summary>
    protected void Ask()
    {
        _stamps.Restart();
        _cursors.Restart();
        Requests++;
        TrySend(_plan.Request(Index, Cursor));
    }

    /// <summary>Reads states, or pieces of them, in the body of what came.</summary>
    protected void Scan(ReadOnlySpan<byte> body)
    {
        HasHeard = true;
        if (_cursor is not null)
        {
            var rest = body;
            while (_cursors.TryNext(ref rest, out var text))
            {
                text.CopyTo(_cursor);
                _cursorLength = text.Length;
            }
        }

        while (_stamps.TryNext(ref body, out var digits))
        {
            if (!Utf8Parser.TryParse(digits, out long value, out _)) continue;
            _deliveries.OnState(this, value);
        }
    }
}
