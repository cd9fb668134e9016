using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace RideTracker.Tracking.Hosting;

/// <summary>
/// A connection's output that is handed to the kernel by whoever flushes it. The server's own way is a pipe and a loop that empties it: two locks, a
/// buffer from the pool, and a socket operation with its events for each write of a few hundred bytes (docs/adr/0006).
/// </summary>
/// <remarks>
/// What the kernel does not take at once is sent on in the background, and the flush ends when all of it is taken: a client that reads slowly holds back
/// its own writer and nobody else. One writer at a time, as for every pipe.
/// </remarks>
internal sealed class DirectOutput : PipeWriter, IDuplexPipe
{
    private const int FirstBytes = 2_048;

    private readonly Socket _socket;
    private readonly PipeWriter _server;
    // Rented from the first byte until all was sent: an idle connection holds none.
    private byte[] _buffer = [];
    private int _filled;
    private Task _sending = Task.CompletedTask;
    private volatile bool _broken;
    private bool _completed;

    private DirectOutput(Socket socket, IDuplexPipe transport)
    {
        _socket = socket;
        _server = transport.Output;
        Input = transport.Input;
    }

    public PipeReader Input { get; }

    public PipeWriter Output => this;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _filled;

    /// <summary>Puts it in place of the server's output on each connection of an endpoint, below TLS.</summary>
    public static void Use(ListenOptions listen) => listen.Use(next => connection =>
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket) return next(connection);
        // What does not fit must not make the sender wait.
        socket.Blocking = false;
        connection.Transport = new DirectOutput(socket, connection.Transport);
        return next(connection);
    });

    /// <inheritdoc />
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_filled);
    }

    /// <inheritdoc />
    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_filled);
    }

    /// <inheritdoc />
    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_buffer.Length - _filled), nameof(bytes));
        _filled += bytes;
    }

    /// <inheritdoc />
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (!_sending.IsCompleted) return FlushAfterAsync(cancellationToken);
        if (_broken) Free();
        if (_filled == 0) return new(Result());
        var (sent, error) = TrySend();
        if (error == SocketError.Success && sent == _filled)
        {
            Free();
            return new(Result());
        }

        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            Break();
            return new(Result());
        }

        _sending = SendRestAsync(_buffer, sent, _filled);
        (_buffer, _filled) = ([], 0);
        return FlushAfterAsync(cancellationToken);
    }

    /// <summary>Has no effect: a flush ends when the client took the bytes, or the connection ends. Only an application that cancels its own flushes would need it, and none here does.</summary>
    public override void CancelPendingFlush()
    {
    }

    /// <inheritdoc />
    public override void Complete(Exception? exception = null) => _ = CompleteAsync(exception).AsTask();

    /// <inheritdoc />
    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (_completed) return;
        _completed = true;
        if (exception is null) await FlushAsync(CancellationToken.None);
        else await _sending;
        Free();
        // The server shuts the connection down.
        await _server.CompleteAsync(exception);
    }

    private (int Sent, SocketError Error) TrySend()
    {
        try
        {
            return (_socket.Send(_buffer.AsSpan(0, _filled), SocketFlags.None, out var error), error);
        }
        catch (ObjectDisposedException)
        {
            return (0, SocketError.Shutdown);
        }
    }

    private async ValueTask<FlushResult> FlushAfterAsync(CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        return await FlushAsync(cancellationToken);
    }

    private async Task SendRestAsync(byte[] buffer, int from, int to)
    {
        try
        {
            while (from < to)
            {
                var sent = await _socket.SendAsync(buffer.AsMemory(from, to - from), SocketFlags.None);
                from += sent;
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The reading side learns why, and ends the connection.
            _broken = true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private FlushResult Result() => new(isCanceled: false, isCompleted: _broken);

    private void Reserve(int sizeHint)
    {
        var wanted = _filled + Math.Max(sizeHint, 1);
        if (wanted <= _buffer.Length) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBytes, Math.Max(wanted, 2 * _buffer.Length)));
        _buffer.AsSpan(0, _filled).CopyTo(larger);
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private void Break()
    {
        _broken = true;
        Free();
    }

    private void Free()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _filled) = ([], 0);
    }
}
