using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace RideTracker.Tracking.Hub.Wire;

/// <summary>Opens connections of our own to Redis, as the setting <c>Hub:Redis</c> describes them: TLS, name, password, database.</summary>
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
            var secure = configuration.Ssl ? Secure(configuration, end, stream) : null;
            stream = secure ?? stream;
            Greet(configuration, stream, secure);
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
        or AuthenticationException or ObjectDisposedException or InvalidDataException or RedisException or RedisTimeoutException;

    // As the library does it, with all that it is told: also the issuer and the certificate of ours that the environment names (SERedis_...).
    private static SslStream Secure(ConfigurationOptions configuration, EndPoint end, Stream stream)
    {
        // Marked as for evaluation; its version is pinned, and the other way is to read certificates here as the library does.
#pragma warning disable SER009
        var tls = new TlsOptions(configuration);
#pragma warning restore SER009
        var secure = new SslStream(stream, leaveInnerStreamOpen: false, tls.CertificateValidationCallback, tls.CertificateSelectionCallback);
        try
        {
            secure.AuthenticateAsClient(new SslClientAuthenticationOptions
            {
                TargetHost = tls.ResolveHost(end),
                EnabledSslProtocols = tls.SslProtocols ?? SslProtocols.None,
                // Without protocols of its own the library does not ask either.
                CertificateRevocationCheckMode = tls is { SslProtocols: not null, CheckCertificateRevocation: true } ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
            });
            return secure;
        }
        catch
        {
            secure.Dispose();
            throw;
        }
    }

    private static void Greet(ConfigurationOptions configuration, Stream stream, SslStream? secure)
    {
        try
        {
            Greet(configuration, stream);
        }
        catch (IOException failure) when (secure is { LocalCertificate: null } && failure is not RefusedException)
        {
            // TLS 1.3 ends the handshake before the server has looked at it: all that is seen of it is a connection that breaks.
            throw new IOException($"{failure.Message} Redis may want a client certificate (tls-auth-clients), and none was given (SERedis_ClientCertPfxPath).", failure);
        }
    }

    private static void Greet(ConfigurationOptions configuration, Stream stream)
    {
        var greeting = new RespWriter();
        var answers = 1;
        var database = configuration.DefaultDatabase ?? 0;
        var user = configuration.User is { Length: > 0 } name ? name : null;
        var password = configuration.Password ?? "";
        // A name may need no password.
        if (user is not null || password.Length > 0)
        {
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
                if (answer.Kind == PushKind.Error) throw new RefusedException("Redis refuses: " + Encoding.UTF8.GetString(answer.Payload));
                answers--;
                filled -= length;
                buffer.AsSpan(length, filled).CopyTo(buffer);
            }
        }
    }

    // It was understood, and said no.
    private sealed class RefusedException(string message) : IOException(message);
}
