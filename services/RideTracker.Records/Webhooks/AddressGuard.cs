using System.Net;
using System.Net.Sockets;

namespace RideTracker.Records.Webhooks;

/// <summary>Tells addresses of the public Internet from those that only this host or its network reaches (IANA's special-purpose registries).</summary>
internal static class AddressGuard
{
    private static readonly IPNetwork[] NotPublic =
    [
        .. "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4".Split(' ').Select(IPNetwork.Parse),
    ];

    // Only 2000::/3 is given out; of it, these are no hosts of the Internet, or lead to addresses inside of them.
    private static readonly IPNetwork Given = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] NotPublic6 = [.. "2001::/23 2001:db8::/32 2002::/16 3fff::/20".Split(' ').Select(IPNetwork.Parse)];

    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? !NotPublic.Any(network => network.Contains(address))
            : Given.Contains(address) && !NotPublic6.Any(network => network.Contains(address));
    }

    /// <summary>Connects to a host by an address that may be used; looked at here, after the name was looked up, so that a name that changes helps nobody.</summary>
    /// <exception cref="AddressRefusedException">None of its addresses may be used.</exception>
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, bool allowPrivate, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(host.Host, cancellationToken);
        var allowed = addresses.Where(address => allowPrivate || IsPublic(address)).ToArray();
        if (allowed.Length == 0) throw new AddressRefusedException("the address is private (Webhooks:AllowPrivate)");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, host.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A webhook's host has no address that may be used.</summary>
internal sealed class AddressRefusedException(string message) : Exception(message);
