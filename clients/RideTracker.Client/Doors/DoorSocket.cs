using System.Net;
using System.Net.WebSockets;

namespace RideTracker.Client.Doors;

/// <summary>Opens client WebSockets that say clearly when a token was refused.</summary>
internal static class DoorSocket
{
    // One handler for all connections: each would otherwise make its own, at about 20 KB.
    private static readonly HttpMessageInvoker Invoker = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) });

    public static Uri Address(Uri server, string path, string? query = null) => new UriBuilder(server)
    {
        Scheme = server.Scheme == "https" ? "wss" : "ws",
        Path = server.AbsolutePath.TrimEnd('/') + path,
        Query = query,
    }.Uri;

    /// <summary>The same address for WebSockets.</summary>
    public static Uri Secure(Uri address) => new UriBuilder(address) { Scheme = address.Scheme == "https" ? "wss" : "ws" }.Uri;

    /// <exception cref="DriverRefusedException">The server answered 401 or 403.</exception>
    public static async Task<WebSocket> OpenAsync(Uri address, string token, string? subprotocol, CancellationToken cancellationToken)
    {
        var (socket, status) = await ConnectAsync(address, token, subprotocol, keepAlive: true, cancellationToken).ConfigureAwait(false);
        if (socket is not null) return socket;
        if (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) throw new DriverRefusedException(status);
        throw new WebSocketException(WebSocketError.NotAWebSocket, $"The server answered the handshake by {(int)status}.");
    }

    /// <summary>Opens a WebSocket; where the server answers the handshake by another status than 101, gives that.</summary>
    /// <exception cref="WebSocketException">The server can't be reached.</exception>
    public static async Task<(WebSocket? Socket, HttpStatusCode Status)> ConnectAsync(
        Uri address, string token, string? subprotocol, bool keepAlive, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.CollectHttpResponseDetails = true;
            socket.Options.KeepAliveInterval = keepAlive ? TimeSpan.FromSeconds(15) : Timeout.InfiniteTimeSpan;
            if (keepAlive) socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(15);
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
            if (subprotocol is not null) socket.Options.AddSubProtocol(subprotocol);
            await socket.ConnectAsync(address, Invoker, cancellationToken).ConfigureAwait(false);
            return (socket, HttpStatusCode.SwitchingProtocols);
        }
        catch (WebSocketException) when (socket.HttpStatusCode is not (0 or HttpStatusCode.SwitchingProtocols))
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            return (null, status);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
