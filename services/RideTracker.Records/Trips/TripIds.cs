using System.Buffers.Binary;
using System.Security.Cryptography;
using RideTracker.Protocol;

namespace RideTracker.Records.Trips;

/// <summary>
/// Makes trip ids: <c>t_</c> and 26 characters of Crockford's base 32, of which the first ten are the time in milliseconds and the rest 80 random bits (the form of
/// a ULID, in lower case). They sort by time, so new rows go to the end of each index, and nobody guesses one.
/// </summary>
public static class TripIds
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int TimeLength = 10;
    private const int RandomLength = 16;

    /// <summary>A new id. Two of the same millisecond are in any order.</summary>
    public static TripId New(DateTimeOffset now)
    {
        Span<char> text = stackalloc char[2 + TimeLength + RandomLength];
        text[0] = 't';
        text[1] = '_';
        var time = (ulong)now.ToUnixTimeMilliseconds();
        for (var i = TimeLength - 1; i >= 0; i--, time >>= 5) text[2 + i] = Alphabet[(int)(time & 31)];
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        var (high, low) = (BinaryPrimitives.ReadUInt64LittleEndian(random), BinaryPrimitives.ReadUInt64LittleEndian(random[8..]));
        for (var i = 0; i < RandomLength / 2; i++, high >>= 5, low >>= 5)
        {
            text[2 + TimeLength + i] = Alphabet[(int)(high & 31)];
            text[2 + TimeLength + RandomLength / 2 + i] = Alphabet[(int)(low & 31)];
        }

        return TripId.Parse(new string(text));
    }
}
