using System.Net;
using System.Net.Sockets;

namespace RideTracker.LoadTest.Processes;

/// <summary>Finds a TCP port of the loopback that nobody uses now.</summary>
internal static class FreePort
{
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
