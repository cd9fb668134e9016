namespace RideTracker.Tracking.Hub.Wire;

/// <summary>What Redis sends on a connection that listens.</summary>
internal enum PushKind
{
    /// <summary>A published message.</summary>
    Message,

    /// <summary>A subscription is in force.</summary>
    Subscribed,

    /// <summary>A subscription is not in force any more.</summary>
    Unsubscribed,

    /// <summary>The answer to a command of the greeting or to a ping.</summary>
    Answer,

    /// <summary>A refusal.</summary>
    Error,
}

/// <summary>
/// Reads what Redis sends to a subscriber in RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec, "Pub/Sub"), one at a time from the
/// start of a buffer, without copying: the spans point into the buffer.
/// </summary>
internal readonly ref struct PushReader
{
    /// <summary>Nothing that nodes or scripts publish is longer: one driver's part of the largest call (<see cref="HubOptions.MaxBatchFixes"/>).</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private PushReader(PushKind kind, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload)
    {
        Kind = kind;
        Channel = channel;
        Payload = payload;
    }

    public PushKind Kind { get; }

    /// <summary>The channel; empty for answers and errors.</summary>
    public ReadOnlySpan<byte> Channel { get; }

    /// <summary>The message, or the text of an answer or error.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Reads one; false if the buffer does not hold all of it yet.</summary>
    /// <exception cref="InvalidDataException">It is not what Redis sends to a subscriber.</exception>
    public static bool TryRead(ReadOnlySpan<byte> buffer, out PushReader push, out int length)
    {
        push = default;
        length = 0;
        if (buffer.IsEmpty) return false;
        var at = 0;
        if (buffer[0] != (byte)'*')
        {
            if (!TryReadElement(buffer, ref at, out var answer)) return false;
            push = new PushReader(buffer[0] == (byte)'-' ? PushKind.Error : PushKind.Answer, default, answer);
            length = at;
            return true;
        }

        if (!RespLine.TryRead(buffer, ref at, out var head)) return false;
        var elements = RespLine.Number(head[1..]);
        if (elements is < 1 or > 3) throw RespLine.Strange(head);
        ReadOnlySpan<byte> second = default, third = default;
        if (!TryReadElement(buffer, ref at, out var word)
            || (elements > 1 && !TryReadElement(buffer, ref at, out second))
            || (elements > 2 && !TryReadElement(buffer, ref at, out third))) return false;
        length = at;
        if (word.SequenceEqual("message"u8)) push = new PushReader(PushKind.Message, second, third);
        else if (word.SequenceEqual("subscribe"u8)) push = new PushReader(PushKind.Subscribed, second, third);
        else if (word.SequenceEqual("unsubscribe"u8)) push = new PushReader(PushKind.Unsubscribed, second, third);
        else if (word.SequenceEqual("pong"u8)) push = new PushReader(PushKind.Answer, default, second);
        else throw RespLine.Strange(word);
        return true;
    }

    // A bulk string by its content, anything of one line by the line.
    private static bool TryReadElement(ReadOnlySpan<byte> buffer, scoped ref int at, out ReadOnlySpan<byte> element)
    {
        element = default;
        if (!RespLine.TryRead(buffer, ref at, out var line)) return false;
        switch (line[0])
        {
            case (byte)'+' or (byte)'-' or (byte)':':
                element = line[1..];
                return true;
            case (byte)'$':
                var bytes = RespLine.Number(line[1..]);
                if (bytes < 0) return true;
                if (bytes > MaxBytes) throw new InvalidDataException($"Redis sent a message of {bytes} bytes.");
                if (buffer.Length - at < bytes + 2) return false;
                element = buffer.Slice(at, (int)bytes);
                at += (int)bytes + 2;
                return true;
            default:
                throw RespLine.Strange(line);
        }
    }
}
