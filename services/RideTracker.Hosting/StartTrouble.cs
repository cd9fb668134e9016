using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace RideTracker.Hosting;

/// <summary>What keeps a host from starting and its operator can mend: told in words, all at once and without a stack trace.</summary>
public static class StartTrouble
{
    /// <summary>EX_CONFIG (sysexits.h): something is wrong with the settings.</summary>
    public const int ExitCode = 78;

    /// <summary>What to mend, a line each; null for our own bugs.</summary>
    public static IReadOnlyList<string>? Reasons(Exception failure) => failure switch
    {
        OptionsValidationException options => [.. options.Failures],
        AggregateException several when several.InnerExceptions.All(inner => inner is OptionsValidationException) =>
            [.. several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures)],
        HubMismatchException mismatch => [mismatch.Message],
        IOException { InnerException: AddressInUseException } taken => [$"{taken.Message.TrimEnd('.')}: end what listens there, or choose another address in ASPNETCORE_URLS."],
        // No right to it, or no such address here.
        SocketException socket => [$"It can't listen where ASPNETCORE_URLS says: {socket.Message}."],
        _ => null,
    };

    /// <summary>Leaves the telling to the caller of a host's start: the framework would log the same with a stack trace. What ends a running host is critical, and stays in the log.</summary>
    public static void AddStartTrouble(this ILoggingBuilder logging) => logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);

    /// <summary>Runs a host until it is told to end. One that can't start is stopped before the reason is thrown, or what it had begun would fail once more, and louder, as it is taken apart.</summary>
    public static async Task RunToEndAsync(this IHost host, CancellationToken cancellationToken = default)
    {
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch
        {
            await host.StopAsync(CancellationToken.None);
            throw;
        }

        await host.WaitForShutdownAsync(cancellationToken);
    }

    /// <summary>Tells it on the standard error stream. Answers with <see cref="ExitCode"/>.</summary>
    /// <param name="host">The program's name.</param>
    public static async Task<int> TellAsync(string host, IEnumerable<string> reasons)
    {
        await Console.Error.WriteLineAsync($"{host} can't start:");
        foreach (var reason in reasons) await Console.Error.WriteLineAsync($"  {reason}");
        return ExitCode;
    }
}
