using RideTracker.LoadTest.Processes;

namespace RideTracker.LoadTest.Peers;

/// <summary>Starts peers' processes on the servers' core.</summary>
internal static class PeerProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Starts this program as a peer.</summary>
    public static Task<ChildProcess> StartDotNetAsync(string[] arguments, CancellationToken cancellationToken) =>
        StartAsync(PeerCommand.On(Cores.Server, arguments), PeerHost.ReadyText, cancellationToken);

    /// <summary>Starts any program, and waits until it writes that it is ready.</summary>
    public static Task<ChildProcess> StartAsync(string[] command, string readyText, CancellationToken cancellationToken) =>
        ChildProcess.StartAsync(command, [new("NODE_ENV", "production")], Path.GetTempPath(), readyText, Patience, cancellationToken);
}
