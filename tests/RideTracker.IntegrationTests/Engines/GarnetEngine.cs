using System.Globalization;
using Garnet;
using Microsoft.Extensions.Logging.Abstractions;

namespace RideTracker.IntegrationTests.Engines;

/// <summary>The embedded server of the demo, in the test process.</summary>
public sealed class GarnetEngine : HubEngine
{
    private GarnetServer? _server;

    public override string Name => "garnet";

    protected override Task<string> StartAsync()
    {
        var port = FreePort.Next();
        _server = new GarnetServer(
            [
                "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--lua", "--lua-transaction-mode",
                "--memory", "128m", "--index", "8m", "-q",
            ],
            NullLoggerFactory.Instance);
        _server.Start();
        return Task.FromResult(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"));
    }

    protected override Task EndAsync()
    {
        _server?.Dispose();
        return Task.CompletedTask;
    }
}
