using System.Net;
using System.Text;
using RideTracker.Hosting;
using RideTracker.Protocol.Hub;
using StackExchange.Redis;

namespace RideTracker.Tracking.Hub.Wire;

/// <summary>The server refused a script's call: not trouble that passes, but a mistake in what it was given.</summary>
internal sealed class ScriptRefusedException(string message) : Exception(message);

/// <summary>
/// One connection over which one script is called, one call at a time, with buffers that are used again: the hottest call of all costs no
/// allocation (docs/adr/0005). Connects when it is needed; what fails is told to the caller, who tries again or not. Blocks the thread that it belongs to.
/// </summary>
internal sealed class ScriptConnection(HubScript script, ConfigurationOptions configuration, Func<EndPoint?> find, TimeProvider time) : IDisposable
{
    private readonly RespWriter _command = new();
    private byte[] _answer = new byte[4_096];
    private byte[] _sha = [];
    private Stream? _stream;
    private int _filled;
    private int _generation;

    /// <summary>Begins a call on the open connection: its keys and arguments are to be written as parts.</summary>
    public RespWriter Begin(int keys, int arguments)
    {
        _command.Clear();
        _command.Command(3 + keys + arguments);
        _command.Part("EVALSHA"u8);
        _command.Part(_sha);
        _command.Part(keys);
        return _command;
    }

    /// <summary>Connects if need be.</summary>
    /// <param name="generation">Another one than the last time: what is open now is not trusted any more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void Open(int generation, CancellationToken cancellationToken)
    {
        if (generation != _generation) Close();
        _generation = generation;
        if (_stream is not null) return;
        var end = find() ?? throw new HubUnavailableException("The hub does not answer.");
        var stream = RedisSocket.Connect(configuration, end, configuration.AsyncTimeout, time, cancellationToken);
        try
        {
            _filled = 0;
            Load(stream);
            _stream = stream;
        }
        finally
        {
            if (_stream is null) stream.Dispose();
        }
    }

    /// <summary>Makes the call that was begun, and reads the numbers that the script answers with.</summary>
    /// <param name="numbers">Takes them; not longer than the answer.</param>
    /// <param name="rest">Takes what follows.</param>
    /// <exception cref="ScriptRefusedException">The script or Redis refused what it was given.</exception>
    /// <exception cref="IOException">The connection broke; see <see cref="RedisSocket.IsTrouble"/>. Whether the script ran is not known.</exception>
    public void Call(Span<long> numbers, List<long> rest)
    {
        var stream = _stream ?? throw new InvalidOperationException("The connection is not open.");
        var whole = false;
        try
        {
            stream.Write(_command.Written.Span);
            while (true)
            {
                if (_filled == _answer.Length) Array.Resize(ref _answer, _answer.Length * 2);
                var read = stream.Read(_answer.AsSpan(_filled));
                if (read == 0) throw new EndOfStreamException("Redis closed the connection.");
                _filled += read;
                if (!TryTakeAnswer(numbers, rest, out var error)) continue;
                _filled = 0;
                // After an error the server is looked for anew, and the script loaded again: it may be a replica now (READONLY), have given the slot
                // away (MOVED), or have forgotten its scripts (NOSCRIPT).
                if (error is not null) throw error.StartsWith("NOSCRIPT", StringComparison.Ordinal) ? new IOException("Redis has lost the script.") : Refusal(error);
                whole = true;
                return;
            }
        }
        finally
        {
            // What is left of an answer must not be taken for the next one's.
            if (!whole) Close();
        }
    }

    public void Dispose() => Close();

    private static Exception Refusal(string error) => HubTrouble.Is(error) ? new HubUnavailableException(error) : new ScriptRefusedException(error);

    private void Load(Stream stream)
    {
        _command.Clear();
        _command.Command(3);
        _command.Part("SCRIPT"u8);
        _command.Part("LOAD"u8);
        _command.Part(Encoding.UTF8.GetBytes(script.Text));
        stream.Write(_command.Written.Span);
        // $40, then the name: 47 bytes with its line ends; an error is one line.
        while (true)
        {
            var read = stream.Read(_answer.AsSpan(_filled));
            if (read == 0) throw new EndOfStreamException("Redis closed the connection.");
            _filled += read;
            var text = _answer.AsSpan(0, _filled);
            if (text[0] == (byte)'-' && text.EndsWith("\r\n"u8)) throw Refusal(Encoding.UTF8.GetString(text[1..^2]));
            if (_filled < 47) continue;
            _sha = text.Slice(5, 40).ToArray();
            _filled = 0;
            return;
        }
    }

    // An array of whole numbers, some of them as bulk strings (Lua's numbers are doubles: large ones are answered as text); or an error.
    private bool TryTakeAnswer(Span<long> numbers, List<long> rest, out string? error)
    {
        error = null;
        rest.Clear();
        var at = 0;
        ReadOnlySpan<byte> answer = _answer.AsSpan(0, _filled);
        if (!RespLine.TryRead(answer, ref at, out var line)) return false;
        if (line[0] == (byte)'-')
        {
            error = Encoding.UTF8.GetString(line[1..]);
            return true;
        }

        if (line[0] != (byte)'*' || RespLine.Number(line[1..]) is var count && count < numbers.Length) throw RespLine.Strange(line);
        for (var i = 0; i < count; i++)
        {
            if (!RespLine.TryRead(answer, ref at, out line)) return false;
            if (line[0] == (byte)'$' && !RespLine.TryRead(answer, ref at, out line)) return false;
            var number = line[0] == (byte)':' ? RespLine.Number(line[1..]) : RespLine.Number(line);
            if (i < numbers.Length) numbers[i] = number;
            else rest.Add(number);
        }

        return true;
    }

    private void Close()
    {
        _stream?.Dispose();
        _stream = null;
    }
}
