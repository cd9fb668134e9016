using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RideTracker.LoadTest.Generator;

/// <summary>The loop's epoll: hands each event to the connection that it is for. One thread, no allocation while it turns.</summary>
internal sealed unsafe class Poller : IDisposable
{
    private const int MostEvents = 512;
    private const int BufferLength = 256 * 1024;

    // A source address has 28,000 ports to a peer by default; the next address begins in good time. 127.0.0.2 to 127.0.0.101.
    private const uint FirstSource = 0x7f000002;
    private const int Sources = 100;
    private const int PortsPerSource = 20_000;

    // struct epoll_event is packed on x86-64 only (epoll_ctl(2)).
    private static readonly int DataAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int Stride = DataAt + 8;

    private readonly int _epoll;
    private readonly byte* _events = (byte*)NativeMemory.Alloc((nuint)(MostEvents * Stride));
    private readonly byte* _buffer = (byte*)NativeMemory.Alloc(BufferLength);
    private readonly List<Connection> _connections = [];
    private uint _opened;

    public Poller()
    {
        _epoll = Libc.epoll_create1(0);
        if (_epoll < 0) throw new Win32Exception();
    }

    /// <summary>Gives a connection its number, under which its events come.</summary>
    public int Add(Connection connection)
    {
        _connections.Add(connection);
        return _connections.Count - 1;
    }

    /// <summary>The address that the next socket comes from, so that ports do not run short.</summary>
    public uint NextSource() => FirstSource + _opened++ / PortsPerSource % Sources;

    /// <summary>Begins to watch a socket.</summary>
    public void Watch(int fd, int number, uint events) => Control(Libc.EpollAdd, fd, number, events);

    /// <summary>Changes what a socket is watched for.</summary>
    public void Rewatch(int fd, int number, uint events) => Control(Libc.EpollModify, fd, number, events);

    /// <summary>Handles what is there, or waits for it.</summary>
    /// <param name="timeoutMs">Longest wait.</param>
    public void Turn(int timeoutMs)
    {
        var count = Libc.epoll_wait(_epoll, _events, MostEvents, timeoutMs);
        for (var i = 0; i < count; i++)
        {
            var one = _events + i * Stride;
            _connections[Unsafe.ReadUnaligned<int>(one + DataAt)].OnEvent(Unsafe.ReadUnaligned<uint>(one), _buffer, BufferLength);
        }
    }

    public void Dispose()
    {
        foreach (var connection in _connections) connection.Close();
        _ = Libc.close(_epoll);
        NativeMemory.Free(_events);
        NativeMemory.Free(_buffer);
    }

    private void Control(int operation, int fd, int number, uint events)
    {
        var change = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(change, 4), events);
        BinaryPrimitives.WriteInt64LittleEndian(new Span<byte>(change + DataAt, 8), number);
        if (Libc.epoll_ctl(_epoll, operation, fd, change) < 0) throw new Win32Exception();
    }
}
