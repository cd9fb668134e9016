using System.Runtime.InteropServices;

namespace RideTracker.LoadTest.Generator;

/// <summary>The few calls of libc that the generator is made of. Linux only.</summary>
internal static unsafe partial class Libc
{
    public const int EAgain = 11;
    public const int EIntr = 4;
    public const int EInProgress = 115;

    public const uint EpollIn = 0x1;
    public const uint EpollOut = 0x4;
    public const int EpollAdd = 1;
    public const int EpollModify = 3;

    public const int AfInet = 2;
    public const int SockStream = 1;
    public const int SockNonblock = 0x800;
    public const int SockCloexec = 0x80000;
    public const int MsgNoSignal = 0x4000;
    public const int SolIp = 0;
    public const int SolSocket = 1;
    public const int SoError = 4;
    public const int IpProtoTcp = 6;
    public const int TcpNoDelay = 1;

    /// <summary>The port is chosen at connect: then it need be free only for that peer.</summary>
    public const int IpBindAddressNoPort = 24;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_ctl(int epoll, int operation, int fd, byte* change);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_wait(int epoll, byte* events, int most, int timeoutMs);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int bind(int fd, byte* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int connect(int fd, byte* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setsockopt(int fd, int level, int name, int* value, int length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getsockopt(int fd, int level, int name, int* value, int* length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int fd, byte* to, nint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint send(int fd, byte* from, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int sched_getaffinity(int pid, nint length, byte* mask);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int execvp(byte* file, byte** arguments);
}
