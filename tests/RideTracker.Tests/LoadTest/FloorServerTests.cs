using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RideTracker.LoadTest.Peers.Floor;
using RideTracker.LoadTest.Processes;

namespace RideTracker.Tests.LoadTest;

public sealed class FloorServerTests
{
    [Fact]
    public async Task Floor_RiderThatAsks_GetsFramesUntilItLeaves()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The floor is made of Linux's calls.");
        var cancellationToken = TestContext.Current.CancellationToken;
        var port = FreePort.Next();
        var server = new FloorServer(port, mostRiders: 1);
        var serving = Task.Factory.StartNew(() => server.Serve(100), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using (var rider = new TcpClient())
        {
            await rider.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            await using var stream = rider.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"), cancellationToken);
            using var reader = new StreamReader(stream);
            Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync(cancellationToken));
            Assert.Equal("Content-Type: text/event-stream", await reader.ReadLineAsync(cancellationToken));
            Assert.Equal("", await reader.ReadLineAsync(cancellationToken));
            Assert.StartsWith("data: {\"driver\":\"d0\",", await reader.ReadLineAsync(cancellationToken), StringComparison.Ordinal);
        }

        await serving.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
    }

    [Fact]
    public void Stopwatch_OnLinux_TicksInNanoseconds()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The generator's clock is Linux's.");
        Assert.Equal(1_000_000_000, Stopwatch.Frequency);
    }
}
