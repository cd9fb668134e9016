using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace RideTracker.Tracking.Hosting.Handover;

/// <summary>
/// Lets an answer that goes on for hours leave the HTTP server: the request ends, and with it go the server's and the middleware's objects (10 KB), while
/// the rest of the answer is written to the connection itself (docs/adr/0010). HTTP/1.1 without TLS only.
/// </summary>
internal sealed class ConnectionHandover : IDuplexPipe, IConnectionHeartbeatFeature
{
    private readonly ConnectionContext _connection;
    private readonly IDuplexPipe _transport;
    private readonly IConnectionHeartbeatFeature? _heartbeat;
    private Heartbeats? _heartbeats;
    private Func<ConnectionContext, Task>? _rest;

    private ConnectionHandover(ConnectionContext connection)
    {
        _connection = connection;
        _transport = connection.Transport;
        _heartbeat = connection.Features.Get<IConnectionHeartbeatFeature>();
        Input = new HandoverReader(_transport.Input);
        Output = new HandoverWriter(_transport.Output);
    }

    /// <summary>What the HTTP server reads from: nothing more comes after the handover.</summary>
    public HandoverReader Input { get; }

    /// <summary>What the HTTP server writes to: it can't close the connection after the handover.</summary>
    public HandoverWriter Output { get; }

    PipeReader IDuplexPipe.Input => Input;

    PipeWriter IDuplexPipe.Output => Output;

    /// <summary>Puts it in front of the HTTP server on each connection of an endpoint.</summary>
    public static void Use(ListenOptions listen) => listen.Use(next => connection => RunAsync(connection, next));

    /// <summary>The handover of the request's connection; null where it has none: HTTP/2, TLS, or another server than Kestrel.</summary>
    public static ConnectionHandover? Of(HttpContext context) =>
        Microsoft.AspNetCore.Http.HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<IConnectionHeartbeatFeature>() is ConnectionHandover handover && ReferenceEquals(handover._connection.Transport, handover)
        // A body that nobody reads is read by the server at the request's end, which would meet the end of the input.
        && context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true }
            ? handover
            : null;

    /// <summary>
    /// Takes the connection: once the request has ended, which it is to do at once, <paramref name="rest"/> is called, whatever else happened meanwhile. When
    /// its task ends the connection is closed.
    /// </summary>
    public void Take(Func<ConnectionContext, Task> rest)
    {
        _rest = rest;
        Input.HandOver();
        Output.HandOver();
    }

    void IConnectionHeartbeatFeature.OnHeartbeat(Action<object> action, object state)
    {
        if (_heartbeats is null)
        {
            _heartbeats = new Heartbeats();
            _heartbeats.Add(action, state);
            _heartbeat?.OnHeartbeat(static heartbeats => ((Heartbeats)heartbeats).Beat(), _heartbeats);
            return;
        }

        _heartbeats.Add(action, state);
    }

    private static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        ConnectionHandover? handover = new(connection);
        connection.Transport = handover;
        // Under this feature it is also found again: one of its own would have the connection's list of features grow.
        connection.Features.Set<IConnectionHeartbeatFeature>(handover);
        try
        {
            await next(connection);
        }
        finally
        {
            var rest = handover.End();
            // The rest may take hours, and needs none of it.
            handover = null;
            if (rest is not null) await rest(connection);
        }
    }

    // The server is done: nothing of it stays with the connection.
    private Func<ConnectionContext, Task>? End()
    {
        var rest = _rest;
        _rest = null;
        if (rest is null) return null;
        _connection.Transport = _transport;
        _heartbeats?.Clear();
        _connection.Features.Set(_heartbeat);
        _connection.Features.Set<IConnectionTimeoutFeature>(null);
        return rest;
    }

    /// <summary>The HTTP server's heartbeats, to be forgotten with it: the connection's own list is never emptied, and would keep the whole of the ended request.</summary>
    private sealed class Heartbeats
    {
        private Action? _beat;

        public void Add(Action<object> action, object state) => _beat += () => action(state);

        public void Clear() => Volatile.Write(ref _beat, null);

        public void Beat() => Volatile.Read(ref _beat)?.Invoke();
    }
}
