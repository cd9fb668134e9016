using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using MessagePack;
using RideTracker.Protocol.Fixes;
using RideTracker.Tracking.Ingest;

namespace RideTracker.Tests.Protocol;

/// <summary>A fix on the wire and in the hub: what is written is read again, and noise is never more than malformed.</summary>
public sealed class FixCodecTests
{
    private static readonly Gen<DriverFix> Fixes =
        from time in Gen.Long[1, 4_000_000_000_000]
        from lat in Gen.Double[-85, 85]
        from lng in Gen.Double[-180, 180]
        from accuracy in Gen.Int[0, 100_000].Nullable()
        from speed in Gen.Int[0, 400].Nullable()
        from heading in Gen.Int[0, 359].Nullable()
        from altitude in Gen.Int[-1000, 20_000].Nullable()
        from battery in Gen.Int[0, 100].Nullable()
        from charging in Gen.Bool.Nullable()
        from mock in Gen.Bool.Nullable()
        select new DriverFix(time, Math.Round(lat, 7), Math.Round(lng, 7))
        {
            AccuracyMeters = accuracy,
            SpeedMps = speed,
            HeadingDegrees = heading,
            AltitudeMeters = altitude,
            Battery = battery / 100f,
            Charging = charging,
            Mock = mock,
        };

    [Fact]
    public void Json_RoundTrip_IsTheSameFix() => Fixes.Sample(fix => JsonSerializer.Deserialize<DriverFix>(JsonSerializer.SerializeToUtf8Bytes(fix)) == fix);

    [Fact]
    public void HubText_RoundTrip_IsTheSameFix() => Fixes.Sample(fix =>
    {
        var text = new byte[FixText.MaxLength];
        ReadOnlySpan<byte> written = text.AsSpan(0, FixText.Write(in fix, text));
        Assert.True(FixText.TryRead(ref written, out var read));
        Assert.True(written.IsEmpty);
        Assert.Equal(fix, read);
    });

    [Fact]
    public void MessagePack_Map_IsTheSameFix() => Fixes.Sample(fix =>
    {
        var members = new Dictionary<string, object?> { ["time"] = fix.FixTimeMs, ["lat"] = fix.Latitude, ["lng"] = fix.Longitude, ["unknown"] = new object?[] { null, "x", 1.5 } };
        if (fix.AccuracyMeters is { } accuracy) members["accuracy"] = accuracy;
        if (fix.SpeedMps is { } speed) members["speed"] = (double)speed;
        if (fix.HeadingDegrees is { } heading) members["heading"] = (int)heading;
        if (fix.AltitudeMeters is { } altitude) members["altitude"] = (short)altitude;
        if (fix.Battery is { } battery) members["battery"] = battery;
        if (fix.Charging is { } charging) members["charging"] = charging;
        if (fix.Mock is { } mock) members["mock"] = mock;
        Assert.Equal([fix], Unpack(MessagePackSerializer.Serialize(new[] { members }, MessagePack.Resolvers.ContractlessStandardResolver.Options, TestContext.Current.CancellationToken)));
    });

    [Theory]
    [InlineData("{\"fixes\":[{\"time\":1.764E12,\"lat\":1,\"lng\":2}]}", 1_764_000_000_000)]
    [InlineData("{\"a\":{\"fixes\":1},\"fixes\":[{\"x\":[{}],\"lng\":2,\"lat\":1,\"time\":5}],\"b\":[[]]}", 5)]
    public void Frame_InAnyOrderAndForm_IsRead(string frame, long time)
    {
        var read = ReportReader.ReadFrame(Encoding.UTF8.GetBytes(frame), 500);

        Assert.Equal(new DriverFix(time, 1, 2), Assert.Single(read.Fixes!));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("\"fix\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"time\":\"1\",\"lat\":1,\"lng\":2}")]
    [InlineData("{\"time\":1,\"lat\":\"NaN\",\"lng\":2}")]
    [InlineData("{\"time\":1,\"lat\":1e999,\"lng\":2}")]
    [InlineData("{\"time\":1e300,\"lat\":1,\"lng\":2}")]
    [InlineData("{\"time\":99999999999999999999,\"lat\":1,\"lng\":2}")]
    [InlineData("{\"time\":-5,\"lat\":1,\"lng\":2}")]
    public void Frame_WithOneBadFix_LosesThatFixOnly(string bad)
    {
        var read = ReportReader.ReadFrame(Encoding.UTF8.GetBytes("{\"fixes\":[" + bad + ",{\"time\":1764000000000,\"lat\":1,\"lng\":2}]}"), 500);

        var track = new DriverTrack(RideTracker.Protocol.DriverId.Parse("d1"), new IngestOptions());
        var report = track.Check(read.Fixes!.ToArray(), 1_764_000_000_000);
        Assert.Equal([new RefusedFix(0, RejectReason.Malformed)], report.Refused);
        Assert.Single(report.Passed!.Fixes);
    }

    [Fact]
    public void Json_Noise_NeverThrows()
    {
        // Cut, repeated and overwritten pieces of good frames come further into the reader than plain noise.
        var good = Encoding.UTF8.GetBytes("{\"fixes\":[{\"time\":1764000000000,\"lat\":37.7,\"lng\":-122.4,\"accuracy\":5,\"charging\":true,\"x\\ud83d\\ude00\":[1,{\"y\":null}]}]}");
        var mutation = from at in Gen.Int[0, good.Length - 1]
                       from bytes in Gen.Byte.Array[0, 6]
                       from cut in Gen.Int[0, 8]
                       select (at, bytes, cut);
        mutation.Array[1, 4].Sample(
            mutations =>
            {
                var frame = good.ToList();
                foreach (var (at, bytes, cut) in mutations)
                {
                    var from = Math.Min(at, frame.Count);
                    frame.RemoveRange(from, Math.Min(cut, frame.Count - from));
                    frame.InsertRange(from, bytes);
                }

                ReportReader.ReadFrame(frame.ToArray(), 500);
                ReportReader.ReadArray(frame.ToArray(), 500);
            },
            iter: 20_000);
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            ReportReader.ReadFrame(bytes, 500);
            ReportReader.ReadArray(bytes, 500);
        });
    }

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("\\udc00x")]
    [InlineData("time\\ud800")]
    public void Json_HalfACharacterInAName_IsNoException(string name)
    {
        ReportReader.ReadFrame(Encoding.UTF8.GetBytes($$"""{"fixes":[{"{{name}}":1}],"{{name}}":2}"""), 500);
        ReportReader.ReadFrame(Encoding.UTF8.GetBytes($$"""{"{{name}}":[],"fixes":[{"time":1,"lat":"{{name}}"}]}"""), 500);
    }

    [Fact]
    public void Json_NestedDeeply_IsUnreadable()
    {
        Assert.NotNull(ReportReader.ReadFrame(Encoding.UTF8.GetBytes("{\"fixes\":" + new string('[', 100_000)), 500).Error);
        Assert.NotNull(ReportReader.ReadFrame(Encoding.UTF8.GetBytes("{\"x\":" + new string('[', 100_000)), 500).Error);
    }

    [Fact]
    public void MessagePack_Noise_IsMalformedOrABindingError()
    {
        Gen.Byte.Array[0, 300].Sample(
            bytes =>
            {
                try
                {
                    Unpack([0xdc, 0x00, 0x10, .. bytes]);
                }
                catch (Exception refused) when (refused is MessagePackSerializationException or EndOfStreamException)
                {
                    Assert.NotNull(refused.Message);
                }
            },
            iter: 20_000);
    }

    [Theory]
    [InlineData(0x91)]
    [InlineData(0x81)]
    public void MessagePack_NestedDeeply_DoesNotEndTheProcess(byte opening)
    {
        byte[] nested = [0x91, .. Enumerable.Repeat(opening, 130_000), 0xc0];

        try
        {
            Assert.Equal([DriverFix.Malformed], Unpack(nested));
        }
        catch (MessagePackSerializationException cut)
        {
            // Maps without a value to each key.
            Assert.Equal(0x81, opening);
            Assert.NotNull(cut.Message);
        }
    }

    [Fact]
    public void MessagePack_Ack_LeavesOutWhatIsUnknown()
    {
        var ack = new Ack(1, 2, [new Rejection(null, 3, "jump")], 4, "h");

        var json = MessagePackSerializer.ConvertToJson(MessagePackSerializer.Serialize(ack, FixMessagePack.Options(500), TestContext.Current.CancellationToken), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("""{"accepted":1,"duplicates":2,"rejected":[{"index":3,"reason":"jump"}],"now":4,"hub":"h"}""", json);
    }

    private static DriverFix[] Unpack(byte[] bytes)
    {
        var reader = new MessagePackReader(new ReadOnlySequence<byte>(bytes));
        return MessagePackSerializer.Deserialize<DriverFix[]>(ref reader, FixMessagePack.Options(500));
    }
}
