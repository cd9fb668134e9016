using System.Text;
using RideTracker.LoadTest.Generator;

namespace RideTracker.Tests.LoadTest;

public sealed class FieldScannerTests
{
    private const string State = """event: position\nid: c1\ndata: {"cursor":"ab-1","vehicle":{"lat":1.5,"time":1764000000123},"path":[[1,2,1764000000123]],"nextUpdateMs":1000}""";

    [Fact]
    public void Value_InOnePiece_IsFound() => Assert.Equal(["1764000000123"], Values(ScannedField.FixTime, State));

    [Fact]
    public void Value_CutAnywhere_IsFoundOnce()
    {
        for (var cut = 0; cut <= State.Length; cut++)
        {
            Assert.Equal(["1764000000123"], Values(ScannedField.FixTime, State[..cut], State[cut..]));
            Assert.Equal(["ab-1"], Values(ScannedField.Cursor, State[..cut], State[cut..]));
        }
    }

    [Fact]
    public void Value_ByteByByte_IsFoundOnce() =>
        Assert.Equal(["1764000000123", "1764000000124"], Values(ScannedField.FixTime, [.. (State + State.Replace("123}", "124}", StringComparison.Ordinal)).Select(c => c.ToString())]));

    [Fact]
    public void Marker_BegunTwice_IsStillFound() => Assert.Equal(["7"], Values(ScannedField.FixTime, "\"tim", "e\"tim\"time\"\"time\":", "7,"));

    [Fact]
    public void Value_ThatIsNone_IsPassedOver() => Assert.Equal(["5"], Values(ScannedField.FixTime, """{"time":null,"time":"x","time":5}"""));

    [Fact]
    public void Value_LongerThanAnyGoodOne_IsPassedOver() =>
        Assert.Equal(["b"], Values(ScannedField.Cursor, $"\"cursor\":\"{new string('a', FieldScanner.MaxValue + 1)}\",\"cursor\":\"b\""));

    [Fact]
    public void Restart_ForgetsWhatWasBegun()
    {
        var scanner = new FieldScanner(ScannedField.FixTime);
        ReadOnlySpan<byte> begun = "\"time\":12"u8;
        Assert.False(scanner.TryNext(ref begun, out _));
        scanner.Restart();
        ReadOnlySpan<byte> rest = "34,\"time\":5,"u8;
        Assert.True(scanner.TryNext(ref rest, out var value));
        Assert.Equal("5", Encoding.ASCII.GetString(value));
    }

    private static List<string> Values(ScannedField field, params string[] pieces)
    {
        var scanner = new FieldScanner(field);
        var values = new List<string>();
        foreach (var piece in pieces)
        {
            ReadOnlySpan<byte> bytes = Encoding.ASCII.GetBytes(piece);
            while (scanner.TryNext(ref bytes, out var value)) values.Add(Encoding.ASCII.GetString(value));
        }

        return values;
    }
}
