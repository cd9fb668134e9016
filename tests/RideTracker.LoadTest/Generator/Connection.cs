using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace RideTracker.LoadTest.Generator;

/// <summary>One TCP connection of the loop to 127.0.0.1: connects, sends what it must first, reads, and keeps what the kernel did not take yet.</summary>
internal abstract unsafe class Connection
{
    private const uint Loopback = 0x7f000001;

    private readonly Poller _poller;
    private readonly int _number;
    private readonly int _port;
    private int _fd = -1;
    private byte[]? _unsent;
    private int _unsentFrom;
    private bool _connected;

    protected Connection(Poller poller, int port)
    {
        _poller = poller;
        _port = port;
        _number = poller.Add(this);
    }

    /// <summary>Bytes that came in, over all sockets that it had.</summary>
    public long BytesIn { get; private set; }

    /// <summary>Bytes that went out.</summary>
    public long BytesOut { get; private set; }

    public bool IsOpen => _fd >= 0;

    /// <summary>Whether the kernel has not yet taken all of what was sent: nothing more is sent before.</summary>
    public bool IsBlocked => _unsent is not null;

    /// <summary>Why it ended, if the other side did not just close it: an errno.</summary>
    public int Error { get; private set; }

    /// <summary>Begins to connect; does not wait.</summary>
    /// <exception cref="Win32Exception">No socket is to be had.</exception>
    public void Open()
    {
        Close();
        Error = 0;
        _connected = false;
        _fd = Libc.socket(Libc.AfInet, Libc.SockStream | Libc.SockNonblock | Libc.SockCloexec, 0);
        if (_fd < 0) throw new Win32Exception();
        var one = 1;
        _ = Libc.setsockopt(_fd, Libc.IpProtoTcp, Libc.TcpNoDelay, &one, sizeof(int));
        _ = Libc.setsockopt(_fd, Libc.SolIp, Libc.IpBindAddressNoPort, &one, sizeof(int));
        var address = stackalloc byte[16];
        Address(address, _poller.NextSource(), 0);
        if (Libc.bind(_fd, address, 16) < 0) throw new Win32Exception();
        Address(address, Loopback, _port);
        if (Libc.connect(_fd, address, 16) < 0 && Marshal.GetLastPInvokeError() is not Libc.EInProgress and var error) throw new Win32Exception(error);
        _poller.Watch(_fd, _number, Libc.EpollIn | Libc.EpollOut);
    }

    /// <summary>Closes it, without a word to the other side beyond TCP's.</summary>
    public void Close()
    {
        if (_fd < 0) return;
        _ = Libc.close(_fd);
        _fd = -1;
        _unsent = null;
    }

    /// <summary>Called by the poller.</summary>
    public void OnEvent(uint events, byte* buffer, int length)
    {
        if (_fd < 0) return;
        if ((events & ~Libc.EpollIn) != 0 && !OnWritable()) return;
        if ((events & ~Libc.EpollOut) == 0) return;
        var read = (int)Libc.read(_fd, buffer, length);
        if (read > 0)
        {
            BytesIn += read;
            OnBytes(new ReadOnlySpan<byte>(buffer, read));
        }
        else if (read == 0)
        {
            End(0);
        }
        else if (Marshal.GetLastPInvokeError() is not (Libc.EAgain or Libc.EIntr) and var error)
        {
            End(error);
        }
    }

    /// <summary>Sends all or nothing: false, and nothing was sent, while <see cref="IsBlocked"/> or not open.</summary>
    public bool TrySend(ReadOnlySpan<byte> bytes)
    {
        if (_fd < 0 || _unsent is not null) return false;
        int sent;
        fixed (byte* from = bytes) sent = (int)Libc.send(_fd, from, bytes.Length, Libc.MsgNoSignal);
        if (sent < 0)
        {
            if (Marshal.GetLastPInvokeError() is not (Libc.EAgain or Libc.EIntr) and var error)
            {
                End(error);
                return false;
            }

            sent = 0;
        }

        BytesOut += sent;
        if (sent == bytes.Length) return true;
        // Rare: the other side reads too slowly. A frame that was begun must be ended.
        _unsent = bytes[sent..].ToArray();
        _unsentFrom = 0;
        _poller.Rewatch(_fd, _number, Libc.EpollIn | Libc.EpollOut);
        return true;
    }

    /// <summary>The connection stands: send what comes first.</summary>
    protected abstract void OnConnected();

    protected abstract void OnBytes(ReadOnlySpan<byte> bytes);

    /// <summary>The other side closed it, or it broke; may open it again.</summary>
    protected abstract void OnClosed();

    /// <summary>Closes it as if the other side had.</summary>
    protected void End(int error)
    {
        Error = error;
        Close();
        OnClosed();
    }

    private bool OnWritable()
    {
        if (!_connected)
        {
            int error = 0, size = sizeof(int);
            _ = Libc.getsockopt(_fd, Libc.SolSocket, Libc.SoError, &error, &size);
            if (error != 0)
            {
                End(error);
                return false;
            }

            _connected = true;
            _poller.Rewatch(_fd, _number, Libc.EpollIn);
            OnConnected();
            return _fd >= 0;
        }

        if (_unsent is not { } rest) return true;
        int sent;
        fixed (byte* from = rest) sent = (int)Libc.send(_fd, from + _unsentFrom, rest.Length - _unsentFrom, Libc.MsgNoSignal);
        if (sent < 0) return true;
        BytesOut += sent;
        _unsentFrom += sent;
        if (_unsentFrom < rest.Length) return true;
        _unsent = null;
        _poller.Rewatch(_fd, _number, Libc.EpollIn);
        return true;
    }

    private static void Address(byte* to, uint address, int port)
    {
        var bytes = new Span<byte>(to, 16);
        bytes.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, Libc.AfInet);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)port);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], address);
    }
}
