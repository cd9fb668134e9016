using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace RideTracker.Tracking.Hosting.Handover;

/// <summary>
/// Lets an answer that goes on for hours leave the HTTP server: the request ends, and with it go the server's and the middleware's objects (10 KB), while
/// the rest of the answer is written to the connection itself (docs/adr/0010). HTTP/1.1 without TLS only.
/// </summary>
internal sealed class ConnectionHandover : IDuplexPipe
{
    private readonly ClientConnection _connection;
    private readonly IDuplexPipe _transport;
    private Func<ConnectionContext, Task>? _rest;

    private ConnectionHandover(ClientConnection connection)
    {
        _connection = connection;
        _transport = connection.Transport;
        Input = new HandoverReader(_transport.Input);
        Output = new HandoverWriter(_transport.Output);
    }

    /// <summary>What the HTTP server reads from: nothing more comes after the handover.</summary>
    public HandoverReader Input { get; }

    /// <summary>What the HTTP server writes to: it can't close the connection after the handover.</summary>
    public HandoverWriter Output { get; }

    PipeReader IDuplexPipe.Input => Input;

    PipeWriter IDuplexPipe.Output => Output;

    /// <summary>Puts it in front of the HTTP server on each connection of an endpoint whose connections come from <see cref="PacedTransport"/>.</summary>
    public static void Use(ListenOptions listen) => listen.Use(next => connection => connection is ClientConnection client ? RunAsync(client, next) : next(connection));

    /// <summary>The handover of the request's connection; null where it has none: HTTP/2, TLS, or another server than Kestrel.</summary>
    public static ConnectionHandover? Of(HttpContext context) =>
        Microsoft.AspNetCore.Http.HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<ConnectionHandover>() is { } handover && ReferenceEquals(handover._connection.Transport, handover)
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

    private static async Task RunAsync(ClientConnection connection, ConnectionDelegate next)
    {
        var handover = new ConnectionHandover(connection);
        connection.Transport = handover;
        connection.Features.Set(handover);
        try
        {
            await next(connection);
        }
        finally
        {
            if (handover._rest is { } rest)
            {
                connection.Transport = handover._transport;
                connection.Leave(rest);
            }
        }
    }
}
