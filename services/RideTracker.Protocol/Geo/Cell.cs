namespace RideTracker.Protocol.Geo;

/// <summary>
/// Cells of the viewport's channels: geohash (base 32 of interleaved longitude and latitude bits, G. Niemeyer, 2008) of length 5:
/// 0.0439 degrees square, 4.9 km at the equator, so that a city viewport is a handful of them.
/// </summary>
public static class Cell
{
    /// <summary>Characters of a cell's name.</summary>
    public const int Length = 5;

    // Length 5 = 25 bits: 13 of longitude and 12 of latitude.
    private const int LngBits = 13;
    private const int LatBits = 12;
    private const double LngStep = 360.0 / (1 << LngBits);
    private const double LatStep = 180.0 / (1 << LatBits);
    private const string Alphabet = "0123456789bcdefghjkmnpqrstuvwxyz";

    /// <summary>The cell in which a place lies. Latitude -90 to 90, longitude -180 to 180 degrees.</summary>
    public static string At(double lat, double lng) => Name(Column(lng), Row(lat));

    /// <summary>Writes the cell's name as ASCII: <see cref="Length"/> bytes.</summary>
    public static void Write(double lat, double lng, Span<byte> to) => Write(Column(lng), Row(lat), to);

    /// <summary>All cells that a viewport touches, or none (empty) if they would be more than <paramref name="max"/>.</summary>
    public static IReadOnlyList<string> Cover(in GeoBox box, int max)
    {
        int south = Row(box.South), north = Row(box.North);
        var west = Column(box.West);
        var columns = Column(box.East) - west + 1;
        // West and east in one column, the wrong way round: all the way round the earth.
        if (columns <= 0) columns += 1 << LngBits;
        if (box.CrossesAntimeridian && columns == 1) columns = 1 << LngBits;
        if ((long)columns * (north - south + 1) > max) return [];
        var cells = new List<string>(columns * (north - south + 1));
        for (var row = south; row <= north; row++)
            for (var i = 0; i < columns; i++) cells.Add(Name((west + i) & ((1 << LngBits) - 1), row));
        return cells;
    }

    /// <summary>The degrees that a cell covers.</summary>
    /// <exception cref="FormatException">The name is no cell.</exception>
    public static GeoBox Bounds(string cell)
    {
        if (cell.Length != Length) throw new FormatException($"'{cell}' is no cell: {Length} geohash characters are.");
        int column = 0, row = 0, bit = 0;
        foreach (var c in cell)
        {
            var value = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value < 0) throw new FormatException($"'{cell}' is no cell: '{c}' is not of geohash's alphabet.");
            for (var i = 4; i >= 0; i--, bit++)
            {
                if (bit % 2 == 0) column = column << 1 | value >> i & 1;
                else row = row << 1 | value >> i & 1;
            }
        }

        var west = column * LngStep - 180;
        var south = row * LatStep - 90;
        return new GeoBox(west, south, west + LngStep, south + LatStep);
    }

    private static int Column(double lng) => Math.Clamp((int)Math.Floor((lng + 180) / LngStep), 0, (1 << LngBits) - 1);

    private static int Row(double lat) => Math.Clamp((int)Math.Floor((lat + 90) / LatStep), 0, (1 << LatBits) - 1);

    private static string Name(int column, int row)
    {
        Span<byte> name = stackalloc byte[Length];
        Write(column, row, name);
        return System.Text.Encoding.ASCII.GetString(name);
    }

    private static void Write(int column, int row, Span<byte> to)
    {
        var bit = 0;
        for (var i = 0; i < Length; i++)
        {
            var value = 0;
            for (var j = 0; j < 5; j++, bit++)
            {
                var set = bit % 2 == 0 ? column >> (LngBits - 1 - bit / 2) & 1 : row >> (LatBits - 1 - bit / 2) & 1;
                value = value << 1 | set;
            }

            to[i] = (byte)Alphabet[value];
        }
    }
}
