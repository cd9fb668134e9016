using RideTracker.LoadTest.Targets;

namespace RideTracker.LoadTest.Generator;

/// <summary>Publishes messages: at a fixed rate over all topics in turn (open loop), or one more whenever it is told to (closed loop).</summary>
internal sealed class Sender
{
    // What fell due while the loop did something else goes out at once, but never so much that riders wait for it.
    private const int MostAtOnce = 256;

    private readonly PublishPlan _plan;
    private readonly PublisherConnection[] _connections;
    private readonly SendLog _log;
    private readonly int[] _ridersOf;
    private readonly byte[] _buffer;
    private readonly int _firstTopic;
    private readonly int _endTopic;
    private int _buffered;
    private int _turn;
    private double _nextNs;

    /// <param name="ridersOf">How many riders watch each topic.</param>
    /// <param name="firstTopic">The first of the topics that it publishes to.</param>
    /// <param name="endTopic">One behind the last of them.</param>
    public Sender(PublishPlan plan, PublisherConnection[] connections, SendLog log, int[] ridersOf, int firstTopic, int endTopic)
    {
        _firstTopic = _turn = firstTopic;
        _endTopic = endTopic;
        _plan = plan;
        _connections = connections;
        _log = log;
        _ridersOf = ridersOf;
        // All that is due goes to one pipelined connection in one write.
        _buffer = new byte[plan.Format.MaxLength * (IsPipelined ? MostAtOnce : 1)];
    }

    /// <summary>Messages that were sent in the measured window, and what they are expected to bring.</summary>
    public long MeasuredMessages { get; private set; }

    /// <summary>Deliveries that the messages of the measured window should make.</summary>
    public long Expected { get; private set; }

    /// <summary>Messages that were due but could not go out, since their connection was not ready or had too much in flight.</summary>
    public long HeldBack { get; private set; }

    /// <summary>Messages that were sent in all.</summary>
    public Counter Messages { get; } = new();

    /// <summary>Whether what goes out now is in the measured window.</summary>
    public bool IsMeasuring { get; set; }

    private bool IsPipelined => _plan.Answers == AnswerKind.Ignored && _plan.Connections == 1;

    /// <summary>The first message is due now.</summary>
    public void Begin(long nowNs) => _nextNs = nowNs;

    /// <summary>Sends what is due.</summary>
    /// <param name="nowNs">Now.</param>
    /// <param name="messagesPerSecond">Over all its topics.</param>
    public void SendDue(long nowNs, double messagesPerSecond)
    {
        for (var i = 0; i < MostAtOnce && _nextNs <= nowNs; i++)
        {
            _nextNs += Clock.Second / messagesPerSecond;
            var topic = _turn;
            if (++_turn == _endTopic) _turn = _firstTopic;
            Send(_connections[topic % _connections.Length], topic);
        }

        Flush();
    }

    /// <summary>Sends the next message of a connection whose only topic has its number.</summary>
    /// <returns>Whether it went out.</returns>
    public bool SendNext(PublisherConnection connection)
    {
        var sent = Send(connection, connection.Index);
        Flush();
        return sent;
    }

    private bool Send(PublisherConnection connection, int topic)
    {
        if (!connection.CanSend)
        {
            HeldBack++;
            return false;
        }

        var ns = Clock.Ns;
        var time = _log.NextFixTime(topic, Clock.UnixMs(ns), _plan.FixesPerMessage);
        // A number is taken before the bytes are made, since they may hold it.
        var length = _plan.Format.Write(_buffer.AsSpan(_buffered), topic, connection.Messages + 1, time, ns);
        if (IsPipelined)
        {
            _buffered += length;
        }
        else if (!connection.TrySend(_buffer.AsSpan(0, length)))
        {
            HeldBack++;
            return false;
        }

        connection.OnSend(ns);
        _log.Sent(topic, time, ns);
        Messages.Add(1);
        if (!IsMeasuring) return true;
        MeasuredMessages++;
        Expected += _ridersOf[topic];
        return true;
    }

    private void Flush()
    {
        if (_buffered == 0) return;
        _connections[0].TrySend(_buffer.AsSpan(0, _buffered));
        _buffered = 0;
    }
}
