using System.Buffers.Text;
using System.Text;

namespace RideTracker.LoadTest.Generator;

/// <summary>Reads HTTP/1.1 responses in pieces cut anywhere: heads, and bodies that are chunked, counted, absent, or go on until the connection ends.</summary>
internal struct HttpReader
{
    private const int MaxHead = 16 * 1024;

    private State _state;
    private byte[]? _kept;
    private int _keptLength;
    private long _left;

    private enum State : byte
    {
        Head,
        Counted,
        UntilClose,
        ChunkSize,
        ChunkExtension,
        ChunkLine,
        Chunk,
        ChunkEnd,
        Trailer,
        Upgraded,
    }

    /// <summary>Status of the response that is being read, 0 before the first.</summary>
    public int Status { get; private set; }

    /// <summary>Reads on; cuts off what it has read.</summary>
    /// <param name="bytes">What came in.</param>
    /// <param name="body">A piece of the body.</param>
    /// <returns>What was met; <see cref="HttpPiece.None"/> when the bytes are used up.</returns>
    public HttpPiece Next(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> body)
    {
        body = default;
        while (bytes.Length > 0)
        {
            switch (_state)
            {
                case State.Head:
                    if (!ReadHead(ref bytes)) return HttpPiece.None;
                    return HttpPiece.Head;
                case State.UntilClose:
                case State.Upgraded:
                    body = bytes;
                    bytes = default;
                    return HttpPiece.Body;
                case State.Counted:
                case State.Chunk:
                    var take = (int)Math.Min(_left, bytes.Length);
                    body = bytes[..take];
                    bytes = bytes[take..];
                    _left -= take;
                    if (_left == 0) _state = _state == State.Counted ? State.Head : State.ChunkEnd;
                    if (take > 0) return HttpPiece.Body;
                    break;
                default:
                    var b = bytes[0];
                    bytes = bytes[1..];
                    if (OnChunkFraming(b)) return HttpPiece.End;
                    break;
            }
        }

        return HttpPiece.None;
    }

    /// <summary>Whether the response whose head or last body piece was just read has nothing more to come.</summary>
    public readonly bool IsAtEnd => _state == State.Head;

    /// <summary>Begins anew on another connection.</summary>
    public void Restart()
    {
        _state = State.Head;
        _keptLength = 0;
        Status = 0;
    }

    private bool OnChunkFraming(byte b)
    {
        switch (_state)
        {
            case State.ChunkSize when b == (byte)'\r':
            case State.ChunkExtension when b == (byte)'\r':
                _state = State.ChunkLine;
                break;
            case State.ChunkSize:
                var digit = Hex(b);
                if (digit < 0) _state = State.ChunkExtension;
                else _left = _left * 16 + digit;
                break;
            case State.ChunkLine:
                _state = _left == 0 ? State.Trailer : State.Chunk;
                break;
            case State.ChunkEnd when b == (byte)'\n':
                _state = State.ChunkSize;
                _left = 0;
                break;
            case State.Trailer:
                // An empty line ends the body; a trailer line before it counts here by its length.
                if (b == (byte)'\n')
                {
                    if (_left == 0)
                    {
                        _state = State.Head;
                        return true;
                    }

                    _left = 0;
                }
                else if (b != (byte)'\r')
                {
                    _left++;
                }

                break;
        }

        return false;
    }

    private bool ReadHead(ref ReadOnlySpan<byte> bytes)
    {
        if (_keptLength == 0 && bytes.IndexOf("\r\n\r\n"u8) is >= 0 and var whole)
        {
            Begin(bytes[..(whole + 4)]);
            bytes = bytes[(whole + 4)..];
            return true;
        }

        // A head that came in pieces: rare.
        _kept ??= new byte[MaxHead];
        while (bytes.Length > 0)
        {
            if (_keptLength == MaxHead) throw new InvalidDataException("An HTTP head of more than 16 KB.");
            _kept[_keptLength++] = bytes[0];
            bytes = bytes[1..];
            if (_keptLength < 4 || !_kept.AsSpan(_keptLength - 4, 4).SequenceEqual("\r\n\r\n"u8)) continue;
            Begin(_kept.AsSpan(0, _keptLength));
            _keptLength = 0;
            _kept = null;
            return true;
        }

        return false;
    }

    private void Begin(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12 || !head.StartsWith("HTTP/1."u8) || !Utf8Parser.TryParse(head[9..12], out int status, out _))
            throw new InvalidDataException("What came back is not HTTP/1.1.");
        Status = status;
        if (status == 101) _state = State.Upgraded;
        else if (status is 204 or 304 or (>= 100 and < 200)) _state = State.Head;
        else if (TryHeader(head, "transfer-encoding:"u8, out var coding) && coding.EndsWith("chunked"u8)) (_state, _left) = (State.ChunkSize, 0);
        else if (TryHeader(head, "content-length:"u8, out var text) && Utf8Parser.TryParse(text, out long length, out _)) (_state, _left) = (length == 0 ? State.Head : State.Counted, length);
        else _state = State.UntilClose;
    }

    private static bool TryHeader(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        while (head.IndexOf("\r\n"u8) is >= 0 and var end)
        {
            var line = head[..end];
            head = head[(end + 2)..];
            if (line.Length <= name.Length || !Ascii.EqualsIgnoreCase(line[..name.Length], name)) continue;
            value = line[name.Length..].Trim(" \t"u8);
            return true;
        }

        return false;
    }

    private static int Hex(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };
}

/// <summary>What <see cref="HttpReader"/> met.</summary>
internal enum HttpPiece
{
    /// <summary>Nothing more in these bytes.</summary>
    None,

    /// <summary>A whole head; if <see cref="HttpReader.IsAtEnd"/>, there is no body.</summary>
    Head,

    /// <summary>A piece of the body; if <see cref="HttpReader.IsAtEnd"/>, the last one of a counted body.</summary>
    Body,

    /// <summary>The end of a chunked body.</summary>
    End,
}
