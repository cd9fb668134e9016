using System.Globalization;
using System.Text;
using CsCheck;
using RideTracker.Protocol.Fixes;

namespace RideTracker.Tests.Protocol;

public class DecimalTextTests
{
    [Theory]
    [InlineData(0, 7, "0")]
    [InlineData(-0.00000001, 7, "0")]
    [InlineData(-122.4194155, 7, "-122.4194155")]
    [InlineData(47, 7, "47")]
    [InlineData(0.0000001, 7, "0.0000001")]
    [InlineData(8.4499998, 2, "8.45")]
    [InlineData(-0.05, 1, "-0.1")]
    [InlineData(180, 0, "180")]
    [InlineData(3.4e38, 4, "340000000000000000000000000000000000000")]
    public void Write_RoundsAndLeavesOutWhatIsNotNeeded(double value, int decimals, string text) => Assert.Equal(text, Write(value, decimals));

    [Fact]
    public void Read_OfAnyPlaceThatWasWritten_GivesTheSameNumber() =>
        Gen.Int[-1_800_000_000, 1_800_000_000].Sample(scaled =>
        {
            var value = scaled / 1e7;
            Assert.True(DecimalText.TryRead(Encoding.ASCII.GetBytes(Write(value, 7)), out var read));
            Assert.Equal(value, read);
        });

    [Theory]
    [InlineData("1.5e3")]
    [InlineData("0.1234567890123456789")]
    [InlineData("-7")]
    [InlineData("12.")]
    public void Read_OfAnyNumber_GivesWhatTheFrameworkReads(string text)
    {
        Assert.True(DecimalText.TryRead(Encoding.ASCII.GetBytes(text), out var read));
        Assert.Equal(double.Parse(text, CultureInfo.InvariantCulture), read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("1.2.3")]
    [InlineData("12x")]
    public void Read_OfWhatIsNoNumber_IsFalse(string text) => Assert.False(DecimalText.TryRead(Encoding.ASCII.GetBytes(text), out _));

    private static string Write(double value, int decimals)
    {
        Span<byte> text = stackalloc byte[64];
        return Encoding.ASCII.GetString(text[..DecimalText.Write(value, decimals, text)]);
    }
}
