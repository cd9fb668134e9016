using CsCheck;
using RideTracker.Tracking.FanOut;

namespace RideTracker.Tests.FanOut;

public class CursorTests
{
    [Fact]
    public void Cursor_AnyThatANodeWrites_IsReadBackAsItWas() =>
        Gen.Select(Gen.UInt, Gen.Long[0, 1L << 50], Gen.Long[0, 1L << 50], Gen.Bool).Sample((tag, number, time, stale) =>
        {
            var cursor = new Cursor(tag, number, time, stale);
            Assert.True(Cursor.TryParse(cursor.ToString(), out var read));
            Assert.Equal(cursor, read);
        });

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("b07a46c7")]
    [InlineData("b07a46c7-")]
    [InlineData("b07a46c7--")]
    [InlineData("b07a46c7-mwuvb1ms")]
    [InlineData("b07a46c7-MWUVB1MS-0")]
    [InlineData("b07a46c7-mwuvb1ms-0x!")]
    [InlineData("b07a46c7-zzzzzzzzzzzzzzzz-0")]
    [InlineData("zzzzzzzz-mwuvb1ms-0")]
    [InlineData("aa32e691-a21a0da35c316a99")]
    public void Cursor_ThatNoNodeWrites_CanNotBePlaced(string text)
    {
        Assert.False(Cursor.TryParse(text, out _));
        Assert.Equal(new ResumePoint(text.Length > 0, null), ResumePoint.From(text));
    }

    [Fact]
    public void Cursor_AnyText_IsReadOrRefusedWithoutAnException() =>
        Gen.String.Sample(text =>
        {
            Cursor.TryParse(text, out _);
            ViewportCursor.TryParse(text, out _);
        });

    [Fact]
    public void ViewportCursor_OfTheSameVehiclesInAnotherOrder_IsTheSame()
    {
        var vehicles = Enumerable.Range(1, 20).Select(i => Seen($"d{i}", (ulong)i * 0x9E3779B97F4A7C15)).ToList();
        var cursor = ViewportCursor.Of(7, vehicles);
        Assert.Equal(cursor, ViewportCursor.Of(7, Enumerable.Reverse(vehicles)));
        Assert.NotEqual(cursor, ViewportCursor.Of(7, vehicles.Skip(1)));
        Assert.NotEqual(cursor, ViewportCursor.Of(8, vehicles));
        Assert.True(ViewportCursor.TryParse(cursor.ToString(), out var read));
        Assert.Equal(cursor, read);
    }

    // Key 00 01 .. 0f, input 00 01 .. n-1: the first vectors of SipHash-2-4's reference.
    [Theory]
    [InlineData(0, 0x726fdb47dd0e0e31UL)]
    [InlineData(1, 0x74f839c593dc67fdUL)]
    [InlineData(7, 0xab0200f58b01d137UL)]
    [InlineData(8, 0x93f5f5799a932462UL)]
    [InlineData(15, 0xa129ca6149be45e5UL)]
    public void SipHash_ReferenceVectors_AreMet(int length, ulong hash)
    {
        var key = Enumerable.Range(0, 16).Select(i => (byte)i).ToArray();
        Assert.Equal(hash, SipHash.Hash(key, Enumerable.Range(0, length).Select(i => (byte)i).ToArray()));
    }

    private static SeenVehicle Seen(string id, ulong hash) => new(id, 47, 8, null, null, 1, false, false, hash);
}
