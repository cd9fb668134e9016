using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace RideTracker.Tracking.Hub.Wire;

/// <summary>Opens connections of our own to Redis, as the setting <c>Hub:Redis</c> describes them: TLS (against the system's authorities), name, password, database.</summary>
internal static class RedisSocket
{
    /// <summary>
    /// Connects, authenticates and makes sure that Redis serves. The connection blocks: it belongs to a thread of its own, and never does anything
    /// asynchronous, since that would switch the socket to waiting through the runtime's poller.
    /// </summary>
    /// <param name="configuration">How Redis is reached.</param>
    /// <param name="end">Which server.</param>
    /// <param name="answerTimeoutMs">How long a reading may wait, in ms; 0 = for ever.</param>
    /// <param name="time">The clock of the limit on connecting.</param>
    /// <param name="cancellationToken">Gives up connecting.</param>
    /// <exception cref="IOException">It refuses, takes too long, or the connection breaks. As well <see cref="SocketException"/> and <see cref="ObjectDisposedException"/>.</exception>
    public static Stream Connect(ConfigurationOptions configuration, EndPoint end, int answerTimeoutMs, TimeProvider time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var socket = end is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            // What blocks is ended by taking its socket away.
            using var stop = cancellationToken.UnsafeRegister(static state => ((Socket)state!).Dispose(), socket);
            using var limit = time.CreateTimer(static state => ((Socket)state!).Dispose(), socket, TimeSpan.FromMilliseconds(configuration.ConnectTimeout), Timeout.InfiniteTimeSpan);
            socket.SendTimeout = configuration.AsyncTimeout;
            socket.Connect(end);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (configuration.Ssl)
            {
                var secure = new SslStream(stream);
                stream = secure;
                var host = configuration.SslHost ?? (end as DnsEndPoint)?.Host ?? (end as IPEndPoint)?.Address.ToString() ?? "";
                secure.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = host });
            }

            Greet(configuration, stream);
            socket.ReceiveTimeout = answerTimeoutMs;
            return stream;
        }
        catch
        {
            stream?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether a failure of a connection is one that passes: it is tried again.</summary>
    public static bool IsTrouble(Exception failure) => failure is IOException or SocketException or OperationCanceledException or TimeoutException
        or System.Security.Authentication.AuthenticationException or ObjectDisposedException or InvalidDataException or RedisException or RedisTimeoutException;

    private static void Greet(ConfigurationOptions configuration, Stream stream)
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
        stream.Write(greeting.Written.Span);
        var buffer = new byte[1024];
        var filled = 0;
        while (answers > 0)
        {
            var read = stream.Read(buffer.AsSpan(filled));
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
