using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RideTracker.LoadTest.Peers.Floor;

/// <summary>The least that any fan-out server can do on a kernel: takes a request from each connection, then writes one ready SSE frame by one write() per delivery, round robin at a rate.</summary>
/// <remarks>
/// No routing, no parsing, no Redis, one thread, no allocation once it runs: what it costs is the kernel's. In C# over libc, so that a comparison needs
/// no compiler; docs/benchmarks.md says how it compares with the same loop in C.
/// </remarks>
internal sealed unsafe class FloorServer
{
    private const int Backlog = 4096;
    private const int MostEvents = 256;

    // As many writes in a row as keep the accepting of connections and the clock from waiting.
    private const int MostInARow = 512;
    private const long StartDelayNs = 1_000_000_000;

    // EPIPE, ECONNRESET.
    private const int BrokenPipe = 32;
    private const int ConnectionReset = 104;

    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly int _epoll;
    private readonly int _listener;
    private readonly int[] _riders;
    private int _count;

    /// <param name="port">On 127.0.0.1.</param>
    /// <param name="mostRiders">Connections beyond these end the server.</param>
    /// <exception cref="IOException">The port can't be had.</exception>
    public FloorServer(int port, int mostRiders)
    {
        _riders = new int[mostRiders];
        _epoll = Checked(FloorCalls.EpollCreate(0), "epoll_create1");
        _listener = Checked(FloorCalls.Socket(FloorCalls.AfInet, FloorCalls.SockStream | FloorCalls.SockNonBlock, 0), "socket");
        var one = 1;
        _ = FloorCalls.SetSocketOption(_listener, FloorCalls.SolSocket, FloorCalls.SoReuseAddress, &one, sizeof(int));
        var address = new FloorCalls.Address
        {
            Family = FloorCalls.AfInet,
            PortBigEndian = BinaryPrimitives.ReverseEndianness((ushort)port),
            HostBigEndian = BinaryPrimitives.ReverseEndianness(0x7f000001u),
        };
        Checked(FloorCalls.Bind(_listener, &address, sizeof(FloorCalls.Address)), "bind");
        Checked(FloorCalls.Listen(_listener, Backlog), "listen");
        Watch(_listener);
    }

    /// <summary>Serves until a rider leaves: then the run is over, and its sockets end with the process.</summary>
    /// <param name="deliveriesPerSecond">Frames written a second, to all riders together; they begin 1 s after the first rider came.</param>
    /// <exception cref="IOException">A rider's socket took no more: the run is void.</exception>
    public void Serve(double deliveriesPerSecond)
    {
        var frame = stackalloc byte[512];
        var events = stackalloc byte[MostEvents * 16];
        var intervalNs = 1e9 / deliveriesPerSecond;
        double nextNs = 0;
        var at = 0;
        while (true)
        {
            var ready = FloorCalls.EpollWait(_epoll, events, MostEvents, 1);
            for (var i = 0; i < ready; i++)
            {
                var file = *(int*)(events + i * EventSize + EventSize - sizeof(ulong));
                if (file == _listener) AcceptAll();
                else if (!Greet(file)) return;
                else if (nextNs == 0) nextNs = Stopwatch.GetTimestamp() + StartDelayNs;
            }

            // Stopwatch ticks are nanoseconds on Linux (a test holds that).
            if (nextNs == 0) continue;
            var now = Stopwatch.GetTimestamp();
            for (var written = 0; nextNs <= now && written < MostInARow; written++)
            {
                var length = WriteFrame(frame, at);
                if (FloorCalls.Write(_riders[at], frame, length) != length)
                {
                    if (Marshal.GetLastSystemError() is BrokenPipe or ConnectionReset) return;
                    throw new IOException("A rider's socket took no more.");
                }

                if (++at == _count) at = 0;
                nextNs += intervalNs;
            }
        }
    }

    private static int WriteFrame(byte* frame, int rider)
    {
        var to = new Span<byte>(frame, 512);
        var length = Append(to, 0, "data: {\"driver\":\"d"u8);
        Utf8Formatter.TryFormat(rider, to[length..], out var digits);
        length = Append(to, length + digits, "\",\"lat\":37.7749295,\"lng\":-122.4194155,\"speed\":8.4,\"course\":187,\"t\":"u8);
        Utf8Formatter.TryFormat(Stopwatch.GetTimestamp(), to[length..], out digits);
        return Append(to, length + digits, ",\"x\":0}\n\n"u8);
    }

    private static int Append(Span<byte> to, int at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(to[at..]);
        return at + text.Length;
    }

    private void AcceptAll()
    {
        int file;
        while ((file = FloorCalls.Accept(_listener, null, null, FloorCalls.SockNonBlock)) >= 0)
        {
            var one = 1;
            _ = FloorCalls.SetSocketOption(file, FloorCalls.IpProtoTcp, FloorCalls.TcpNoDelay, &one, sizeof(int));
            Watch(file);
        }
    }

    /// <summary>Answers a request, whatever it asks for; false: the rider left.</summary>
    private bool Greet(int file)
    {
        var request = stackalloc byte[4096];
        if (FloorCalls.Read(file, request, 4096) <= 0) return false;
        var head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"u8;
        fixed (byte* bytes = head)
        {
            if (FloorCalls.Write(file, bytes, head.Length) != head.Length) throw new IOException("A rider's socket took no answer.");
        }

        _riders[_count++] = file;
        return true;
    }

    private void Watch(int file)
    {
        var change = stackalloc byte[16];
        *(uint*)change = FloorCalls.EpollIn;
        *(int*)(change + EventSize - sizeof(ulong)) = file;
        Checked(FloorCalls.EpollControl(_epoll, FloorCalls.EpollAdd, file, change), "epoll_ctl");
    }

    private static int Checked(int result, string call) =>
        result >= 0 ? result : throw new IOException($"{call} failed: {Marshal.GetLastPInvokeErrorMessage()}");
}
