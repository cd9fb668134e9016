using System.Buffers;
using MessagePack;
using RideTracker.Client.Doors;
using RideTracker.Protocol.Fixes;
using RideTracker.Tracking.Ingest;

namespace RideTracker.Tests.Client;

/// <summary>What the client writes in MessagePack, the server reads.</summary>
public class DriverMessagePackTests
{
    private static readonly DriverFix Whole = new(1_764_000_000_123, -33.86785, 151.20732)
    {
        AccuracyMeters = 5,
        SpeedMps = 8.4f,
        HeadingDegrees = 187,
        AltitudeMeters = -3,
        Battery = 0.5f,
        Charging = true,
        Mock = false,
    };

    [Fact]
    public void Fix_CutAnywhereBetweenTwoSegments_IsReadAsItWasWritten()
    {
        foreach (var fix in new[] { Whole, new DriverFix(1, 0, 0), new DriverFix(1, -85, 180) { HeadingDegrees = 0 } })
        {
            var bytes = MessagePackSerializer.Serialize(fix, DriverMessagePack.Options, TestContext.Current.CancellationToken);
            for (var cut = 0; cut <= bytes.Length; cut++)
            {
                var reader = new MessagePackReader(Split(bytes, cut));
                Assert.Equal(fix, FixMessagePack.ReadFix(ref reader));
                Assert.True(reader.End);
            }
        }
    }

    [Fact]
    public void Ack_IsReadAsItWasWritten()
    {
        var ack = new Ack(1, 2, [new Rejection(null, 3, "jump")], 4, "h", new Advice(1000, 5));
        var bytes = MessagePackSerializer.Serialize(ack, FixMessagePack.Options(500), TestContext.Current.CancellationToken);
        var read = MessagePackSerializer.Deserialize<Ack>(bytes, DriverMessagePack.Options, TestContext.Current.CancellationToken);
        Assert.Equal(ack with { Rejected = [] }, read with { Rejected = [] });
        Assert.Equal(ack.Rejected, read.Rejected);
    }

    private static ReadOnlySequence<byte> Split(byte[] bytes, int cut)
    {
        var first = new Segment(bytes.AsMemory(0, cut), 0, null);
        var second = new Segment(bytes.AsMemory(cut), cut, first);
        return new(first, 0, second, bytes.Length - cut);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index, Segment? before)
        {
            Memory = memory;
            RunningIndex = index;
            if (before is not null) before.Next = this;
        }
    }
}
