using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using RideTracker.Tracking.Hosting.Handover;

namespace RideTracker.Tracking.Hosting;

/// <summary>
/// Kestrel's sockets, but for the pace at which they accept. Theirs accepts in a loop on the thread that reads all sockets: when thousands come at once it
/// does nothing else, neither takes drivers' fixes nor notices that as many have left, until the process has no file left and the loop spins.
/// Here each waits for its turn among the pool's other work, and in the kernel's queue while the process is full. Each is a <see cref="ClientConnection"/>.
/// </summary>
internal sealed partial class PacedTransport(
    IOptions<SocketTransportOptions> options, ILoggerFactory logs, OpenConnections open, TimeProvider time, ILogger<PacedTransport> log)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private static readonly TimeSpan FullPause = TimeSpan.FromMilliseconds(20);

    private readonly SocketTransportFactory _sockets = new(options, logs);

    public bool CanBind(EndPoint endpoint) => _sockets.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await _sockets.BindAsync(endpoint, cancellationToken), open, time, log);

    [LoggerMessage(521, LogLevel.Warning, "{Most} connections are open, as many as the limit of open files allows: new ones wait. Raise it (ulimit -n), or keep Delivery:MaxStreams below it.")]
    private static partial void LogFull(ILogger log, long? most);

    private sealed class Listener(IConnectionListener sockets, OpenConnections open, TimeProvider time, ILogger log) : IConnectionListener
    {
        private readonly LeftConnections _left = new(time, log);
        private volatile bool _unbound;

        public EndPoint EndPoint => sockets.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            if (open.IsFull)
            {
                if (open.IsNewlyFull(time)) LogFull(log, open.Most);
                while (open.IsFull && !_unbound) await Task.Delay(FullPause, time, cancellationToken);
            }

            if (await sockets.AcceptAsync(cancellationToken) is not { } connection) return null;
            open.Add(connection);
            return new ClientConnection(connection, _left);
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _unbound = true;
            return sockets.UnbindAsync(cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            _unbound = true;
            await _left.AbortAllAsync();
            await sockets.DisposeAsync();
        }
    }
}
