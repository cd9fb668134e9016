using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RideTracker.Conformance.Loss;

/// <summary>A node's line to its hub, which loses published messages when told to and lets everything else through.</summary>
internal sealed class LossyLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly DnsEndPoint _hub;
    private readonly List<Task> _lines = [];
    private Task _accepting = Task.CompletedTask;
    private int _lost;
    private volatile bool _losing;

    private LossyLine(DnsEndPoint hub) => _hub = hub;

    /// <summary>HOST:PORT for the node.</summary>
    public string EndPoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Whether messages are lost now.</summary>
    public bool Losing { get => _losing; set => _losing = value; }

    /// <summary>Messages that were lost so far.</summary>
    public int Lost => Volatile.Read(ref _lost);

    public static LossyLine Start(string hub)
    {
        var colon = hub.LastIndexOf(':');
        var line = new LossyLine(new DnsEndPoint(hub[..colon], int.Parse(hub[(colon + 1)..], CultureInfo.InvariantCulture)));
        line._listener.Start();
        line._accepting = line.AcceptAsync();
        return line;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_lines);
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _lines.Add(RunAsync(await _listener.AcceptSocketAsync(_closing.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The line is closed.
            return;
        }
    }

    private async Task RunAsync(Socket accepted)
    {
        using var node = accepted;
        using var hub = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        node.NoDelay = true;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        try
        {
            await hub.ConnectAsync(_hub, either.Token);
            var first = await Task.WhenAny(CopyAsync(node, hub, either.Token), ListenAsync(hub, node, either.Token));
            await either.CancelAsync();
            await first;
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // One end is gone, and so is the other now.
            return;
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer, cancellationToken) is > 0 and var length) await SendAsync(to, buffer.AsMemory(0, length), cancellationToken);
    }

    private async Task ListenAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var filled = 0;
        while (await from.ReceiveAsync(buffer.AsMemory(filled), cancellationToken) is > 0 and var length)
        {
            filled += length;
            var at = 0;
            while (RespReader.TryRead(buffer.AsSpan(at, filled - at), out var reply, out var isMessage))
            {
                if (isMessage && _losing) Interlocked.Increment(ref _lost);
                else await SendAsync(to, buffer.AsMemory(at, reply), cancellationToken);
                at += reply;
            }

            buffer.AsSpan(at, filled - at).CopyTo(buffer);
            filled -= at;
            if (filled == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
        }
    }

    private static async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0) bytes = bytes[await to.SendAsync(bytes, cancellationToken)..];
    }
}
