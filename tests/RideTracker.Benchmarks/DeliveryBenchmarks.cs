using System.Net;
using System.Net.Sockets;
using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using RideTracker.Protocol;
using RideTracker.Tracking.FanOut;

namespace RideTracker.Benchmarks;

/// <summary>
/// One published state on its way from the message that the listener decoded to the sockets of its riders: parsed, checked, encoded, put into
/// mailboxes, written by Kestrel as a chunk of an event stream. A thread without allocations reads the other ends.
/// </summary>
[MemoryDiagnoser]
public class DeliveryBenchmarks
{
    private readonly byte[] _message = new byte[512];
    private BenchNode _node = null!;
    private TripFeed _feed = null!;
    private List<Socket> _riders = [];
    private Thread _reader = null!;
    private volatile bool _stop;
    private long _number;
    private string _driver = "";
    private string _trip = "";

    /// <summary>Riders of the trip.</summary>
    [Params(1, 100)]
    public int Riders { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _node = await BenchNode.StartAsync();
        (_trip, _driver) = ("t_bench", "d_bench");
        var trip = TripId.Parse(_trip);
        await _node.WriteTripAsync(trip, DriverId.Parse(_driver));
        for (var i = 0; i < Riders; i++) _riders.Add(await ConnectAsync(_node.Token(trip)));
        _feed = await _node.Services.GetRequiredService<TripFeeds>().FindAsync(trip, CancellationToken.None) ?? throw new InvalidOperationException("The trip is not known.");
        // Above whatever number the hub gave to the assignment.
        _number = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 10_000_000;
        _reader = new Thread(ReadAll) { IsBackground = true };
        _reader.Start();
        for (var i = 0; i < 50_000; i++) Publish();
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        _stop = true;
        _reader.Join();
        foreach (var rider in _riders) rider.Dispose();
        _riders = [];
        await _node.DisposeAsync();
    }

    /// <summary>One state to all riders of the trip.</summary>
    [Benchmark]
    public void Publish()
    {
        var length = Compose();
        _feed.OnDriverMessage(_message.AsSpan(0, length));
    }

    // As accept.lua writes it; without allocating.
    private int Compose()
    {
        var before = _number++;
        Span<char> text = stackalloc char[512];
        text.TryWrite(
            System.Globalization.CultureInfo.InvariantCulture,
            $"f {before} {_number} {_trip} {_driver} u0qj9 {_number} 1000 1 {_number} 0\n{_number},47.{_number % 9000 + 1000},8.{_number % 9000 + 1000},5,8.4,187;",
            out var length);
        return Encoding.ASCII.GetBytes(text[..length], _message);
    }

    private async Task<Socket> ConnectAsync(string token)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _node.Port));
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET /v1/trips/{_trip}/live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: Bearer {token}\r\n\r\n"));
        var buffer = new byte[4_096];
        var answer = new StringBuilder();
        while (!answer.ToString().Contains("event: position", StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer);
            answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
            if (read == 0 || !answer.ToString().StartsWith("HTTP/1.1 200", StringComparison.Ordinal)) throw new InvalidOperationException($"No stream: {answer}");
        }

        // Only the raw handle is read from now on: no buffer, task or event of .NET's per read.
        socket.Blocking = false;
        return socket;
    }

    private void ReadAll()
    {
        Span<byte> buffer = stackalloc byte[64 * 1024];
        while (!_stop)
        {
            var idle = true;
            foreach (var rider in _riders)
            {
                while (rider.Receive(buffer, SocketFlags.None, out var error) > 0 && error == SocketError.Success) idle = false;
            }

            if (idle) Thread.Yield();
        }
    }
}
