using System.Runtime.InteropServices;

namespace RideTracker.Tracking.Hosting;

/// <summary>
/// Makes SIGTERM, SIGINT and SIGQUIT drain the node before the host begins to stop. The host's own lifetime would begin at once, and with its first step
/// SignalR cuts all of its connections, before any driver was told to go (seen: `Drain` never arrived). A second signal stops without waiting.
/// </summary>
internal sealed partial class NodeLifetime(NodeDrain drain, IHostApplicationLifetime application, ILogger<NodeLifetime> log) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _signals = [];
    private int _received;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
            _signals.Add(PosixSignalRegistration.Create(signal, Received));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
    }

    private void Received(PosixSignalContext context)
    {
        // The process is to end by the host, not by the signal.
        context.Cancel = true;
        if (Interlocked.Increment(ref _received) > 1)
        {
            application.StopApplication();
            return;
        }

        LogStopping(context.Signal);
        _ = DrainAndStopAsync();
    }

    private async Task DrainAndStopAsync()
    {
        try
        {
            await drain.DrainAsync();
        }
        catch (Exception failure)
        {
            LogDrainFailed(failure);
        }

        application.StopApplication();
    }

    [LoggerMessage(501, LogLevel.Information, "{Signal}: draining, then stopping")]
    private partial void LogStopping(PosixSignal signal);

    [LoggerMessage(502, LogLevel.Error, "Draining failed; the node stops without it")]
    private partial void LogDrainFailed(Exception failure);
}
