using System.Globalization;
using System.Text;

namespace RideTracker.IntegrationTests.Garbage;

/// <summary>Makes things that no client should send, the same for the same seed.</summary>
internal sealed class Noise(int seed)
{
    private static readonly string[] WrongValues =
        ["null", "true", "\"x\"", "[]", "{}", "[[[]]]", "-1", "1e999", "-1e308", "\"\\u0000\"", "NaN", "Infinity", "0x10", "''", "1.5", "99999999999999999999", "\"2026-01-01\""];

    private static readonly string[] Members = ["time", "lat", "lng", "accuracy", "speed", "heading", "altitude", "battery", "charging", "mock", "fixes", "\\u0000", "Time", ""];

    private static readonly string[] BadNumbers = ["91", "-91", "85.06", "1e30", "-1e30", "1e999", "180.5", "-400", "12345678901234567890"];

    private readonly Random _random = new(seed);

    public int Next(int below) => _random.Next(below);

    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    public string Text(int length)
    {
        var text = new StringBuilder(length);
        while (text.Length < length) text.Append((char)_random.Next(32, 127));
        return text.ToString();
    }

    /// <summary>A fix of one that is good, in JSON.</summary>
    public string GoodFix() => string.Create(
        CultureInfo.InvariantCulture, $$"""{"time":{{1_700_000_000_000 + _random.Next()}},"lat":{{_random.NextDouble() * 80:0.######}},"lng":{{_random.NextDouble() * 170:0.######}},"speed":8.4}""");

    /// <summary>A report that was damaged on the way: cut, a byte changed, a piece doubled.</summary>
    public byte[] Damaged(string report)
    {
        var bytes = Encoding.UTF8.GetBytes(report);
        switch (_random.Next(4))
        {
            case 0:
                return bytes[.._random.Next(bytes.Length)];
            case 1:
                for (var i = 0; i < 3; i++) bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
                return bytes;
            case 2:
                return [.. bytes[_random.Next(bytes.Length)..], .. bytes];
            default:
                return Bytes(_random.Next(1, 400));
        }
    }

    /// <summary>A fix of wrong types, unknown members and values that JSON has not.</summary>
    public string WrongFix()
    {
        if (_random.Next(8) == 0) return WrongValues[_random.Next(WrongValues.Length)];
        var members = Enumerable.Range(0, _random.Next(6)).Select(_ => $"\"{Members[_random.Next(Members.Length)]}\":{WrongValues[_random.Next(WrongValues.Length)]}");
        return $"{{{string.Join(',', members)}}}";
    }

    /// <summary>A fix of the right types whose place is nowhere.</summary>
    public string NowhereFix() =>
        $$"""{"time":{{1_700_000_000_000 + _random.Next()}},"lat":{{BadNumbers[_random.Next(BadNumbers.Length)]}},"lng":{{BadNumbers[_random.Next(BadNumbers.Length)]}}}""";

    /// <summary>Text for a query or a header: percent signs, quotes, commas, digits, letters.</summary>
    public string Parameter()
    {
        const string characters = "0123456789,.-+eE%&=;:'\"()[]{}<>/\\abcNaNInfinity*W~";
        return string.Concat(Enumerable.Range(0, _random.Next(1, 60)).Select(_ => characters[_random.Next(characters.Length)]));
    }
}
