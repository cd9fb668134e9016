using System.Buffers.Binary;

namespace RideTracker.LoadTest.Generator;

/// <summary>Reads a server's WebSocket frames (RFC 6455, not masked) in pieces cut anywhere, and gives whole messages.</summary>
internal struct WebSocketReader
{
    private const int MaxHeader = 10;

    private byte[]? _kept;
    private int _keptLength;
    private byte[]? _message;
    private int _messageLength;

    /// <summary>Reads the next whole message or control frame; cuts off what it has read.</summary>
    /// <param name="bytes">What came in.</param>
    /// <param name="opcode">1 text, 2 binary, 8 close, 9 ping, 10 pong.</param>
    /// <param name="payload">Good until the next call.</param>
    /// <returns>False when the bytes are used up; what was begun is kept.</returns>
    public bool TryNext(ref ReadOnlySpan<byte> bytes, out int opcode, out ReadOnlySpan<byte> payload)
    {
        while (TryFrame(ref bytes, out var first, out payload))
        {
            opcode = first & 0xf;
            var last = (first & 0x80) != 0;
            if (opcode >= 8) return true;
            if (last && _messageLength == 0) return true;
            // Fragments: no server here sends them usually.
            if (_message is null || _message.Length < _messageLength + payload.Length + 1) Array.Resize(ref _message, 2 * (_messageLength + payload.Length + 1));
            if (_messageLength == 0) _message[_messageLength++] = (byte)opcode;
            payload.CopyTo(_message.AsSpan(_messageLength));
            _messageLength += payload.Length;
            if (!last) continue;
            opcode = _message[0];
            payload = _message.AsSpan(1, _messageLength - 1);
            _messageLength = 0;
            return true;
        }

        opcode = 0;
        payload = default;
        return false;
    }

    /// <summary>Begins anew on another connection.</summary>
    public void Restart()
    {
        _keptLength = 0;
        _messageLength = 0;
    }

    private bool TryFrame(ref ReadOnlySpan<byte> bytes, out byte first, out ReadOnlySpan<byte> payload)
    {
        first = 0;
        payload = default;
        if (_keptLength == 0)
        {
            if (bytes.IsEmpty) return false;
            var whole = FrameLength(bytes, out var header);
            if (whole > 0 && bytes.Length >= whole)
            {
                first = bytes[0];
                payload = bytes[header..whole];
                bytes = bytes[whole..];
                return true;
            }
        }

        // The frame is cut: gather it. Kept bytes that were given out as payload are over with this call.
        while (true)
        {
            var whole = FrameLength(_kept.AsSpan(0, _keptLength), out var header);
            if (whole > 0 && _keptLength == whole)
            {
                first = _kept![0];
                payload = _kept.AsSpan(header, whole - header);
                _keptLength = 0;
                return true;
            }

            if (bytes.IsEmpty) return false;
            var take = Math.Min(whole > 0 ? whole - _keptLength : 1, bytes.Length);
            if (_kept is null || _kept.Length < _keptLength + take) Array.Resize(ref _kept, Math.Max(MaxHeader, 2 * (_keptLength + take)));
            bytes[..take].CopyTo(_kept.AsSpan(_keptLength));
            _keptLength += take;
            bytes = bytes[take..];
        }
    }

    // Length of the whole frame; 0 while the header is not whole.
    private static int FrameLength(ReadOnlySpan<byte> bytes, out int header)
    {
        header = 0;
        if (bytes.Length < 2) return 0;
        if ((bytes[1] & 0x80) != 0) throw new InvalidDataException("A server's WebSocket frame is masked.");
        switch (bytes[1])
        {
            case < 126:
                header = 2;
                return 2 + bytes[1];
            case 126 when bytes.Length >= 4:
                header = 4;
                return 4 + BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
            case 127 when bytes.Length >= 10:
                header = 10;
                return checked(10 + (int)BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]));
            default:
                return 0;
        }
    }
}
