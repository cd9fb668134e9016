using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace RideTracker.Tracking.Hub.Wire;

/// <summary>Opens connections of our own to Redis, as the setting <c>Hub:Redis</c> describes them: TLS (against the system's authorities), name, password, database.</summary>
internal static class RedisSocket
{
    /// <summary>Connects, authenticates and makes sure that Redis serves.</summary>
    /// <exception cref="IOException">It refuses, or the connection breaks. As well <see cref="SocketException"/>, and OperationCanceledException where it takes too long.</exception>
    public static async Task<Stream> ConnectAsync(ConfigurationOptions configuration, EndPoint end, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(configuration.ConnectTimeout);
        var socket = end is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(end, limit.Token);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (configuration.Ssl)
            {
                var secure = new SslStream(stream);
                stream = secure;
                var host = configuration.SslHost ?? (end as DnsEndPoint)?.Host ?? (end as IPEndPoint)?.Address.ToString() ?? "";
                await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, limit.Token);
            }

            await GreetAsync(configuration, stream, limit.Token);
            return stream;
        }
        catch
        {
            if (stream is not null) await stream.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether a failure of a connection is one that passes: it is tried again.</summary>
    public static bool IsTrouble(Exception failure) => failure is IOException or SocketException or OperationCanceledException or TimeoutException
        or System.Security.Authentication.AuthenticationException or ObjectDisposedException or InvalidDataException or RedisException or RedisTimeoutException;

    private static async Task GreetAsync(ConfigurationOptions configuration, Stream stream, CancellationToken cancellationToken)
    {
        var greeting = new RespWriter();
        var answers = 1;
        var database = configuration.DefaultDatabase ?? 0;
        if (configuration.Password is { Length: > 0 } password)
        {
            var user = configuration.User is { Length: > 0 } name ? name : null;
            greeting.Command(user is null ? 2 : 3);
            greeting.Part("AUTH");
            if (user is not null) greeting.Part(Encoding.UTF8.GetBytes(user));
            greeting.Part(Encoding.UTF8.GetBytes(password));
            answers++;
        }

        if (database > 0)
        {
            greeting.Command(2);
            greeting.Part("SELECT");
            greeting.Part(database);
            answers++;
        }

        // Where Redis is loading its file or wants a password it says so here, and not by silence later.
        greeting.Command(1);
        greeting.Part("PING");
        await stream.WriteAsync(greeting.Written, cancellationToken);
        var buffer = new byte[1024];
        var filled = 0;
        while (answers > 0)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            if (read == 0) throw new EndOfStreamException("Redis closed the connection.");
            filled += read;
            while (answers > 0 && PushReader.TryRead(buffer.AsSpan(0, filled), out var answer, out var length))
            {
                if (answer.Kind == PushKind.Error) throw new IOException("Redis refuses: " + Encoding.UTF8.GetString(answer.Payload));
                answers--;
                filled -= length;
                buffer.AsSpan(length, filled).CopyTo(buffer);
            }
        }
    }
}
