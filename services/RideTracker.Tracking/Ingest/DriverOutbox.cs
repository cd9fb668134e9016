using System.Buffers;
using System.Text.Json;
using RideTracker.Hosting;

namespace RideTracker.Tracking.Ingest;

/// <summary>
/// What one phone on a plain WebSocket is still to be sent, in the order of <see cref="TryWriteNext"/>. Bounded: acks add up, and the rest is a few
/// errors and the newest of each kind. Not safe for threads: its <see cref="DriverSession"/> holds the lock.
/// </summary>
internal sealed class DriverOutbox(DriverLine line, IngestHub hub, TimeProvider time)
{
    private const int KeepBufferBytes = 4_096;

    private readonly Queue<(Problem Problem, string Detail, TimeSpan? RetryAfter, long? Report)> _errors = new();
    private readonly List<(long Report, RefusedFix Fix)> _rejected = [];
    private ArrayBufferWriter<byte> _buffer = new(256);
    private Utf8JsonWriter? _writer;
    private TimeSpan? _drain;
    private int _accepted;
    private int _duplicates;
    private int _unackedFixes;
    private long _ackedReports;
    private long _settledReports;

    /// <summary>Whether settled reports wait for their Ack.</summary>
    public bool HasAck => _settledReports > _ackedReports;

    /// <summary>Whether that Ack must not wait: something in it was refused.</summary>
    public bool AckIsUrgent { get; private set; }

    /// <summary>When the oldest of those reports was read, by <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long OldestReadAt { get; private set; }

    /// <summary>Adds a settled report; they come in the order of their numbers.</summary>
    public void Settle(SocketReport report)
    {
        if (!HasAck) OldestReadAt = report.ReadAt;
        _settledReports = report.Number;
        _unackedFixes += report.Fixes;
        if (report.Unreadable is { } bad)
        {
            AckIsUrgent = true;
            Error(bad.TooLarge ? Problems.TooLarge : Problems.MalformedBody, bad.Error!, null, report.Number);
            return;
        }

        _accepted += report.Verdict.Accepted;
        _duplicates += report.Verdict.Duplicates + report.Checked.Repeated;
        foreach (var fix in report.Checked.Refused) _rejected.Add((report.Number, fix));
        AckIsUrgent |= report.Checked.Refused.Count > 0;
    }

    /// <summary>Adds an error.</summary>
    public void Error(Problem problem, string detail, TimeSpan? retryAfter, long? report = null) => _errors.Enqueue((problem, detail, retryAfter, report));

    /// <summary>The phone is to come back elsewhere after this time.</summary>
    public void Drain(TimeSpan reconnectAfter) => _drain = reconnectAfter;

    /// <summary>Writes the next frame, if there is one.</summary>
    /// <param name="ackNow">Whether an Ack that waits is due.</param>
    /// <param name="frame">The frame; good until the next call.</param>
    /// <param name="freed">Reports and fixes that it acknowledges: room for others.</param>
    public bool TryWriteNext(bool ackNow, out ReadOnlyMemory<byte> frame, out (int Reports, int Fixes) freed)
    {
        freed = default;
        frame = default;
        if (_drain is { } reconnectAfter)
        {
            _drain = null;
            var writer = Begin("drain"u8);
            writer.WriteStartObject();
            writer.WriteNumber("reconnectAfterMs"u8, (long)reconnectAfter.TotalMilliseconds);
            writer.WriteEndObject();
        }
        else if (_errors.TryDequeue(out var error))
        {
            error.Problem.Write(Begin("error"u8), error.Detail, error.RetryAfter, error.Report is { } number ? writer => writer.WriteNumber("report"u8, number) : null);
        }
        else if (line.TryTakeTrip(out var trip))
        {
            Begin("trip"u8).WriteRawValue(trip.Span, skipInputValidation: false);
        }
        else if (line.TryTakeAdvice(out var advice))
        {
            AckWriter.WriteAdvice(Begin("advise"u8), advice);
        }
        else if (HasAck && ackNow)
        {
            WriteAck(Begin("ack"u8));
            freed = ((int)(_settledReports - _ackedReports), _unackedFixes);
            _ackedReports = _settledReports;
            _accepted = _duplicates = _unackedFixes = 0;
            _rejected.Clear();
            AckIsUrgent = false;
        }
        else
        {
            return false;
        }

        _writer!.WriteEndObject();
        _writer.Flush();
        frame = _buffer.WrittenMemory;
        return true;
    }

    private void WriteAck(Utf8JsonWriter writer) =>
        AckWriter.Write(writer, _settledReports, _accepted, _duplicates, _rejected, time.GetUtcNow().ToUnixTimeMilliseconds(), hub.Incarnation(), null);

    private Utf8JsonWriter Begin(ReadOnlySpan<byte> name)
    {
        if (_buffer.Capacity > KeepBufferBytes) _buffer = new ArrayBufferWriter<byte>(256);
        _buffer.ResetWrittenCount();
        if (_writer is null) _writer = new Utf8JsonWriter(_buffer);
        else _writer.Reset(_buffer);
        _writer.WriteStartObject();
        _writer.WritePropertyName(name);
        return _writer;
    }
}
