using System.Runtime.InteropServices;

namespace RideTracker.LoadTest.Peers.Floor;

/// <summary>The calls to the C library that the floor is made of.</summary>
internal static unsafe partial class FloorCalls
{
    public const int AfInet = 2;
    public const int SockStream = 1;
    public const int SockNonBlock = 0x800;
    public const int SolSocket = 1;
    public const int SoReuseAddress = 2;
    public const int IpProtoTcp = 6;
    public const int TcpNoDelay = 1;
    public const uint EpollIn = 1;
    public const int EpollAdd = 1;

    [StructLayout(LayoutKind.Sequential)]
    public struct Address
    {
        public ushort Family;
        public ushort PortBigEndian;
        public uint HostBigEndian;
        public ulong Zero;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    public static partial int SetSocketOption(int file, int level, int option, int* value, int size);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int file, Address* address, int size);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    public static partial int Listen(int file, int backlog);

    [LibraryImport("libc", EntryPoint = "accept4")]
    public static partial int Accept(int file, Address* address, int* size, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    /// <summary>struct epoll_event is packed on x64 and aligned elsewhere, so events are plain bytes here: see <see cref="FloorServer"/>.</summary>
    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int file, byte* change);

    // What the loop calls has no SetLastError: it asks for no error number, and keeping one costs two calls more each time.
    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    public static partial int EpollWait(int epoll, byte* ready, int most, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "read")]
    public static partial nint Read(int file, byte* buffer, nint size);

    [LibraryImport("libc", EntryPoint = "write")]
    public static partial nint Write(int file, byte* buffer, nint size);
}
