using System.Net;
using System.Net.Sockets;
using System.Text;
using RideTracker.LoadTest.Generator;
using RideTracker.LoadTest.Targets;

namespace RideTracker.Tests.LoadTest;

/// <summary>The loop over real sockets: a rider asks, reads a stream, and comes back with its cursor.</summary>
public sealed class LoopTests
{
    private static readonly long PatienceNs = 20 * Clock.Second;

    [Fact]
    public async Task SseRider_ReadsStates_AndResumesWithItsCursor()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var poller = new Poller();
        var log = new SendLog(1, 10, 10);
        var deliveries = new Deliveries(log, Stamp.FixTime);
        deliveries.Begin(0);
        var plan = new RiderPlan
        {
            Port = ((IPEndPoint)listener.LocalEndpoint).Port,
            Wire = RiderWire.Sse,
            Count = 1,
            TopicOf = _ => 0,
            Stamp = Stamp.FixTime,
            Request = (_, cursor) => Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nLast-Event-ID: {cursor}\r\n\r\n"),
        };
        var rider = Rider.Create(poller, plan, deliveries, 0, keepsCursor: true);
        log.Sent(0, 1_001, Clock.Ns);
        log.Sent(0, 1_002, Clock.Ns);

        rider.Open();
        using (var first = await AcceptAsync(listener, "Last-Event-ID: \r\n"))
        {
            await first.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n23\r\n{\"cursor\":\"c1\",\"vehicle\":{\"time\":10"u8.ToArray(), TestContext.Current.CancellationToken);
            TurnUntil(poller, () => rider.HasHeard);
            Assert.True(rider.IsReady);
            Assert.Equal(0, deliveries.Measured);
            await first.SendAsync("\r\n4\r\n01}}\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            TurnUntil(poller, () => deliveries.Measured == 1);
            Assert.Equal("c1", rider.Cursor);
        }

        TurnUntil(poller, () => !rider.IsOpen);
        Assert.Equal(1, rider.Ends);
        rider.Reopen();
        using var second = await AcceptAsync(listener, "Last-Event-ID: c1\r\n");
        await second.SendAsync("HTTP/1.1 200 OK\r\n\r\n{\"cursor\":\"c2\",\"vehicle\":{\"time\":1002}}"u8.ToArray(), TestContext.Current.CancellationToken);
        TurnUntil(poller, () => deliveries.Measured == 2);
        Assert.Equal("c2", rider.Cursor);

        // The request is sent by the loop, which this thread turns.
        async Task<Socket> AcceptAsync(TcpListener from, string expected)
        {
            var accepting = from.AcceptSocketAsync(TestContext.Current.CancellationToken).AsTask();
            TurnUntil(poller, () => accepting.IsCompleted);
            var socket = await accepting;
            var text = "";
            var buffer = new byte[1_000];
            TurnUntil(poller, () =>
            {
                if (socket.Available > 0) text += Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer));
                return text.EndsWith("\r\n\r\n", StringComparison.Ordinal);
            });
            Assert.Contains(expected, text, StringComparison.Ordinal);
            return socket;
        }
    }

    private static void TurnUntil(Poller poller, Func<bool> isSo)
    {
        for (var deadline = Clock.Ns + PatienceNs; !isSo(); poller.Turn(1)) Assert.True(Clock.Ns < deadline, "the loop waits in vain");
    }
}
