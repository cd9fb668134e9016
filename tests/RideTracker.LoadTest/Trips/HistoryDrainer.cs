using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;
using RideTracker.Protocol.Hub;

namespace RideTracker.LoadTest.Trips;

/// <summary>Empties the history queue as Records will: reads some elements, then takes them off if they are still the same. Counts the fixes in them.</summary>
/// <remarks>A thread of its own with one blocking connection and one buffer, so that it costs the generator's core little.</remarks>
internal sealed class HistoryDrainer : IDisposable
{
    private const int ElementsAtOnce = 256;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ManualResetEvent _stop = new(initialState: false);
    private readonly Thread _thread;
    private readonly byte[] _read = Command("LRANGE", HubKeys.History(0), "0", FormattableString.Invariant($"{ElementsAtOnce - 1}"));
    private readonly string _trim;
    private byte[] _buffer = new byte[1 << 20];
    private int _from;
    private int _to;
    private long _fixes;
    private long _looks;
    private long _emptyLook;
    private long _asked = -1;

    public HistoryDrainer(int redisPort)
    {
        _socket.Connect("127.0.0.1", redisPort);
        _socket.Send(Command("SCRIPT", "LOAD", HubScript.Beside(typeof(HistoryDrainer), "trim").Text));
        _trim = Encoding.ASCII.GetString(Bulk());
        _thread = new Thread(Run) { IsBackground = true, Name = "history" };
        _thread.Start();
    }

    /// <summary>Fixes that came through the queue.</summary>
    public long Fixes => Volatile.Read(ref _fixes);

    /// <summary>Whether the queue was empty at a look that began after this was asked first: an earlier one may have missed what was accepted last.</summary>
    public bool IsQuiet
    {
        get
        {
            if (_asked < 0) _asked = Volatile.Read(ref _looks);
            return Volatile.Read(ref _emptyLook) > _asked;
        }
    }

    /// <summary>Why it ended, if it did.</summary>
    public Exception? Failure { get; private set; }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _socket.Dispose();
        _stop.Dispose();
    }

    private static byte[] Command(params string[] words) =>
        Encoding.ASCII.GetBytes($"*{words.Length}\r\n{string.Concat(words.Select(word => $"${word.Length}\r\n{word}\r\n"))}");

    private void Run()
    {
        try
        {
            while (Drain() == ElementsAtOnce || !_stop.WaitOne(Pause))
            {
                // On until it is stopped; between two looks at a queue that is nearly empty it pauses.
            }
        }
        catch (Exception failure) when (failure is SocketException or IOException or InvalidDataException)
        {
            Failure = failure;
        }
    }

    private int Drain()
    {
        var look = _looks + 1;
        Volatile.Write(ref _looks, look);
        _socket.Send(_read);
        var count = (int)Header('*');
        if (count == 0)
        {
            Volatile.Write(ref _emptyLook, look);
            return 0;
        }

        long bytes = 0, fixes = 0;
        var id = "";
        for (var i = 0; i < count; i++)
        {
            var element = Bulk();
            bytes += element.Length;
            // Each fix ends with its own semicolon (FixText).
            fixes += element.Count((byte)';');
            if (i == count - 1) id = Encoding.ASCII.GetString(element[..element.IndexOf((byte)'\n')]);
        }

        _socket.Send(Command("EVALSHA", _trim, "2", HubKeys.History(0), HubKeys.HistoryBytes(0), FormattableString.Invariant($"{count}"), id, FormattableString.Invariant($"{bytes}")));
        if (Header(':') == 1) Volatile.Write(ref _fixes, _fixes + fixes);
        return count;
    }

    private ReadOnlySpan<byte> Bulk()
    {
        var length = (int)Header('$');
        while (_to - _from < length + 2) Fill();
        var bulk = _buffer.AsSpan(_from, length);
        _from += length + 2;
        return bulk;
    }

    private long Header(char kind)
    {
        int end;
        while ((end = _buffer.AsSpan(_from, _to - _from).IndexOf((byte)'\n')) < 0) Fill();
        var line = _buffer.AsSpan(_from, end);
        _from += end + 1;
        if (line[0] != kind || !Utf8Parser.TryParse(line[1..], out long number, out _)) throw new InvalidDataException($"Redis answered the drainer: {Encoding.UTF8.GetString(line)}");
        return number;
    }

    private void Fill()
    {
        if (_from > 0)
        {
            _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
            _to -= _from;
            _from = 0;
        }

        if (_to == _buffer.Length) Array.Resize(ref _buffer, 2 * _buffer.Length);
        var read = _socket.Receive(_buffer.AsSpan(_to));
        if (read == 0) throw new IOException("Redis closed the drainer's connection.");
        _to += read;
    }
}
