using CsCheck;
using RideTracker.Protocol.Geo;

namespace RideTracker.Tests.Protocol;

public class CellTests
{
    // Known geohashes: Jutland's example of the scheme's author, and others cut to five characters.
    [Theory]
    [InlineData(57.64911, 10.40744, "u4pru")]
    [InlineData(37.77493, -122.41942, "9q8yy")]
    [InlineData(-33.8688, 151.2093, "r3gx2")]
    [InlineData(0, 0, "s0000")]
    public void Cell_OfAKnownPlace_IsItsGeohash(double lat, double lng, string cell) => Assert.Equal(cell, Cell.At(lat, lng));

    // Places as the hub keeps them, rounded to 7 decimals.
    private static readonly Gen<(double Lat, double Lng)> Place =
        Gen.Select(Gen.Double[-90, 90], Gen.Double[-180, 180], (lat, lng) => (Math.Round(lat, 7), Math.Round(lng, 7)));

    [Fact]
    public void Cell_OfAnyPlace_HasThePlaceInItsBounds() =>
        Place.Sample((lat, lng) => Assert.True(Cell.Bounds(Cell.At(lat, lng)).Contains(lat, lng)));

    [Fact]
    public void Cover_OfAnyBox_HasTheCellOfEveryPlaceInIt() =>
        Gen.Select(Gen.Double[-89, 89], Gen.Double[-180, 180], Gen.Double[0, 0.9], Gen.Double[0, 0.9], Gen.Double[0, 1], Gen.Double[0, 1]).Sample((south, west, height, width, up, along) =>
        {
            var east = west + width > 180 ? west + width - 360 : west + width;
            var box = new GeoBox(west, south, east, south + height);
            var lng = west + along * width;
            if (lng > 180) lng -= 360;
            var lat = south + up * height;
            if (!box.Contains(lat, lng)) return;
            Assert.Contains(Cell.At(lat, lng), Cell.Cover(box, 1_000));
        });

    [Fact]
    public void Cover_AcrossTheAntimeridian_TakesBothSides()
    {
        var cells = Cell.Cover(new GeoBox(179.99, 0.001, -179.99, 0.002), 10);
        Assert.Equal([Cell.At(0.001, 179.99), Cell.At(0.001, -179.99)], cells);
    }

    [Fact]
    public void Cover_OfMoreCellsThanAllowed_IsNone() => Assert.Empty(Cell.Cover(new GeoBox(-180, -90, 180, 90), 400));
}
