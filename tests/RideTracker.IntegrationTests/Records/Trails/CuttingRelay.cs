using System.Net;
using System.Net.Sockets;

namespace RideTracker.IntegrationTests.Records.Trails;

/// <summary>Stands between Records and its database, and cuts the line: once so many bytes went to the database, or for as long as the database is to be away.</summary>
internal sealed class CuttingRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _target;
    private readonly Task _accepting;
    private long _left = long.MaxValue;
    private CancellationTokenSource _line = new();
    private volatile bool _away;
    private int _refused;

    public CuttingRelay(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How often it has cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>Cuts the connection that carries the n-th byte from now.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref _left, bytes);

    /// <summary>How often somebody came while the database was away.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>The database goes: all lines are cut, and none is taken.</summary>
    public Task GoAsync()
    {
        _away = true;
        return _line.CancelAsync();
    }

    /// <summary>The database is back.</summary>
    public void Return()
    {
        _line.Dispose();
        _line = new CancellationTokenSource();
        _away = false;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _line.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
            return;
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            if (_away)
            {
                Interlocked.Increment(ref _refused);
                return;
            }

            var line = _line.Token;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
                await Task.WhenAny(Task.Delay(Timeout.Infinite, line), PumpAsync(client.GetStream(), server.GetStream(), cuts: true), PumpAsync(server.GetStream(), client.GetStream(), cuts: false));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
            {
                // Either side went: so does the other.
                return;
            }
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, bool cuts)
    {
        var buffer = new byte[8_192];
        while (await from.ReadAsync(buffer, _end.Token) is > 0 and var read)
        {
            if (cuts && Interlocked.Add(ref _left, -read) < 0)
            {
                Interlocked.Exchange(ref _left, long.MaxValue);
                Cuts++;
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, read), _end.Token);
        }
    }
}
