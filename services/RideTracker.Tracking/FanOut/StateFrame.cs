using System.Buffers;
using System.Numerics;
using System.Text;

namespace RideTracker.Tracking.FanOut;

/// <summary>
/// One encoded state, shared by all who get it: the SSE event, in which the JSON lies whole. Frames of a <see cref="StateFramePool"/> count who
/// holds them and go back with the last; others are left to the collector.
/// </summary>
public sealed class StateFrame
{
    private static ReadOnlySpan<byte> Opening => "event: position\nid: "u8;

    private static ReadOnlySpan<byte> Middle => "\ndata: "u8;

    private static ReadOnlySpan<byte> Closing => "\n\n"u8;

    private readonly StateFramePool? _pool;
    private byte[] _bytes;
    private int _length;
    private int _cursorLength;
    private int _holders;

    internal StateFrame(StateFramePool? pool, int capacity)
    {
        _pool = pool;
        _bytes = new byte[capacity];
    }

    /// <summary>The state's name.</summary>
    public string Cursor => Encoding.ASCII.GetString(CursorText);

    public ReadOnlySpan<byte> CursorText => _bytes.AsSpan(Opening.Length, _cursorLength);

    /// <summary>Numbers trip states; 0 where states have no number.</summary>
    public long Number { get; private set; }

    /// <summary>The fix time that it shows, 0 if none.</summary>
    public long FixTimeMs { get; private set; }

    /// <summary>Why the stream ends after this state; null while it goes on.</summary>
    public string? EndReason { get; private set; }

    /// <summary>The state as JSON, for polls and WebSockets.</summary>
    public ReadOnlyMemory<byte> Json => _bytes.AsMemory(JsonAt, _length - JsonAt - Closing.Length);

    /// <summary>The state as a server-sent event.</summary>
    public ReadOnlyMemory<byte> Event => _bytes.AsMemory(0, _length);

    internal int Capacity => _bytes.Length;

    private int JsonAt => Opening.Length + _cursorLength + Middle.Length;

    /// <summary>Encodes a state that is not pooled.</summary>
    /// <param name="cursor">Its name.</param>
    /// <param name="write">Writes its JSON, without line breaks.</param>
    public static StateFrame Encode(string cursor, Action<IBufferWriter<byte>> write)
    {
        var json = new ArrayBufferWriter<byte>(1024);
        write(json);
        var frame = new StateFrame(null, Overhead(cursor.Length) + json.WrittenCount);
        var to = frame.Begin(0, cursor.Length);
        Encoding.ASCII.GetBytes(cursor, to);
        json.WrittenSpan.CopyTo(frame.BeginJson(cursor.Length));
        frame.End(json.WrittenCount, 0, 0, null);
        return frame;
    }

    /// <summary>Holds the frame for one more reader.</summary>
    public void Retain() => Interlocked.Increment(ref _holders);

    /// <summary>Lets go of it; its bytes must not be looked at by this holder any more.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0) _pool?.Return(this);
    }

    internal static int Overhead(int cursorLength) => Opening.Length + cursorLength + Middle.Length + Closing.Length;

    /// <summary>Begins to write: gives the place of the cursor.</summary>
    /// <param name="capacity">Bytes that the whole will have at the most.</param>
    /// <param name="maxCursorLength">Bytes that the cursor will have at the most.</param>
    internal Span<byte> Begin(int capacity, int maxCursorLength)
    {
        // In steps: a path that grows by one place must not make each frame of the pool anew.
        if (_bytes.Length < capacity) _bytes = new byte[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _holders = 1;
        Opening.CopyTo(_bytes);
        return _bytes.AsSpan(Opening.Length, maxCursorLength);
    }

    /// <summary>The cursor is written: gives the place of the JSON.</summary>
    internal Span<byte> BeginJson(int cursorLength)
    {
        _cursorLength = cursorLength;
        Middle.CopyTo(_bytes.AsSpan(Opening.Length + cursorLength));
        return _bytes.AsSpan(JsonAt);
    }

    internal void End(int jsonLength, long number, long fixTimeMs, string? endReason)
    {
        Closing.CopyTo(_bytes.AsSpan(JsonAt + jsonLength));
        _length = JsonAt + jsonLength + Closing.Length;
        Number = number;
        FixTimeMs = fixTimeMs;
        EndReason = endReason;
    }
}
