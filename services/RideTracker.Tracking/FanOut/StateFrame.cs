using System.Buffers;
using System.Text;

namespace RideTracker.Tracking.FanOut;

/// <summary>One encoded state, shared by all who get it: the SSE event, in which the JSON lies whole.</summary>
public sealed class StateFrame
{
    private static readonly byte[] End = "\n\n"u8.ToArray();

    private readonly byte[] _event;
    private readonly int _jsonAt;

    private StateFrame(byte[] text, int jsonAt, string cursor)
    {
        _event = text;
        _jsonAt = jsonAt;
        Cursor = cursor;
    }

    public string Cursor { get; }

    /// <summary>Numbers trip states; 0 where states have no number.</summary>
    public long Number { get; init; }

    /// <summary>The fix time that it shows, 0 if none.</summary>
    public long FixTimeMs { get; init; }

    /// <summary>Why the stream ends after this state; null while it goes on.</summary>
    public string? EndReason { get; init; }

    /// <summary>The state as JSON, for polls and WebSockets.</summary>
    public ReadOnlyMemory<byte> Json => _event.AsMemory(_jsonAt, _event.Length - _jsonAt - End.Length);

    /// <summary>The state as a server-sent event.</summary>
    public ReadOnlyMemory<byte> Event => _event;

    /// <summary>Encodes a state.</summary>
    /// <param name="cursor">Its name.</param>
    /// <param name="write">Writes its JSON, without line breaks.</param>
    public static StateFrame Encode(string cursor, Action<IBufferWriter<byte>> write) => Encode(cursor, write, 0, 0, null);

    public static StateFrame Encode(string cursor, Action<IBufferWriter<byte>> write, long number, long fixTimeMs, string? endReason)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        buffer.Write("event: position\nid: "u8);
        buffer.Advance(Encoding.ASCII.GetBytes(cursor, buffer.GetSpan(cursor.Length)));
        buffer.Write("\ndata: "u8);
        var jsonAt = buffer.WrittenCount;
        write(buffer);
        buffer.Write(End);
        return new StateFrame(buffer.WrittenSpan.ToArray(), jsonAt, cursor) { Number = number, FixTimeMs = fixTimeMs, EndReason = endReason };
    }
}
