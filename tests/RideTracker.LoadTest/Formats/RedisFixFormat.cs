using System.Text;
using RideTracker.LoadTest.Generator;
using RideTracker.Protocol;
using RideTracker.Protocol.Geo;
using RideTracker.Protocol.Hub;

namespace RideTracker.LoadTest.Formats;

/// <summary>A driver's new fix as accept.lua publishes it: a RESP <c>PUBLISH</c> to the driver's channel, whose numbers chain on from the slot's.</summary>
/// <remarks>Nothing is stored: it shows what the way from Redis to riders costs, without what comes before it.</remarks>
internal sealed class RedisFixFormat : IMessageFormat
{
    private readonly Topic[] _topics;
    private readonly long _intervalMs;

    /// <param name="drivers">The drivers' ids; one partition.</param>
    /// <param name="trips">The drivers' active trips, in the same order.</param>
    /// <param name="numbers">The slots' present numbers.</param>
    /// <param name="tripVersion">The trips' version.</param>
    /// <param name="intervalMs">Between two fixes of a driver.</param>
    public RedisFixFormat(IReadOnlyList<DriverId> drivers, IReadOnlyList<TripId> trips, IReadOnlyList<long> numbers, int tripVersion, long intervalMs)
    {
        _intervalMs = intervalMs;
        _topics = new Topic[drivers.Count];
        var cells = new Dictionary<(long, long), string>();
        for (var i = 0; i < _topics.Length; i++)
        {
            var channel = HubKeys.DriverChannel(0, drivers[i]);
            var place = (FixWalk.Latitude(i, 0), FixWalk.Longitude(i));
            if (!cells.TryGetValue(place, out var cell)) cells[place] = cell = Cell.At(place.Item1 / 1e7, place.Item2 / 1e7);
            _topics[i] = new Topic(
                Encoding.ASCII.GetBytes($"*3\r\n$7\r\nPUBLISH\r\n${channel.Length}\r\n{channel}\r\n$"),
                Encoding.ASCII.GetBytes($" {trips[i].Value} {drivers[i].Value} {cell} "),
                Encoding.ASCII.GetBytes($" {tripVersion} {Clock.UnixMs(Clock.Ns)} 0\n"),
                numbers[i]);
        }
    }

    public int MaxLength => 640;

    public int Write(Span<byte> to, int topic, long number, long fixTimeMs, long sentNs)
    {
        ref var at = ref _topics[topic];
        var nowMs = Clock.UnixMs(sentNs);
        var n = Math.Max(at.Number + 1, nowMs);
        var message = new ByteWriter(stackalloc byte[400]);
        message.Text("f "u8);
        message.Number(at.Number);
        message.Text(" "u8);
        message.Number(n);
        message.Text(at.Names);
        message.Number(nowMs);
        message.Text(" "u8);
        message.Number(_intervalMs);
        message.Text(at.Tail);
        message.Number(fixTimeMs);
        message.Text(","u8);
        message.Degrees(FixWalk.Latitude(topic, fixTimeMs));
        message.Text(","u8);
        message.Degrees(FixWalk.Longitude(topic));
        message.Text(",5,8.4,187;"u8);
        at.Number = n;

        var writer = new ByteWriter(to);
        writer.Text(at.Head);
        writer.Number(message.Length);
        writer.Text("\r\n"u8);
        writer.Text(message.Written);
        writer.Text("\r\n"u8);
        return writer.Length;
    }

    private record struct Topic(byte[] Head, byte[] Names, byte[] Tail, long Number);
}
