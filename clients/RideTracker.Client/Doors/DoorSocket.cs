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

    /// <exception cref="DriverRefusedException">The server answered 401 or 403.</exception>
    public static async Task<WebSocket> OpenAsync(Uri address, string token, string? subprotocol, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.CollectHttpResponseDetails = true;
            socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(15);
            socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(15);
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
            if (subprotocol is not null) socket.Options.AddSubProtocol(subprotocol);
            await socket.ConnectAsync(address, Invoker, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch (WebSocketException) when (socket.HttpStatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            throw new DriverRefusedException(status);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
