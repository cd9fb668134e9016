using System.Net;
using System.Net.Sockets;

namespace RideTracker.IntegrationTests.Engines;

/// <summary>Finds TCP ports of the loopback that nobody uses now.</summary>
internal static class FreePort
{
    // Below those that the kernel gives to outgoing connections and to who asks for any port (32768 on Linux): so nobody takes it by chance
    // before its server does, or while that is down for a moment.
    private const int First = 15_000;
    private const int Last = 32_000;

    // Each process of tests begins elsewhere.
    private static int _next = Random.Shared.Next(Last - First);

    public static int Next()
    {
        for (var tries = 0; tries < Last - First; tries++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _next) % (Last - First));
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // Somebody's; the next one may be free.
                continue;
            }
        }

        throw new InvalidOperationException($"no port between {First} and {Last} is free");
    }
}
