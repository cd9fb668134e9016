using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;
using RideTracker.LoadTest.Processes;
using RideTracker.Protocol.Fixes;
using RideTracker.Protocol.Geo;
using RideTracker.Protocol.Hub;

namespace RideTracker.LoadTest.Records;

/// <summary>Gives reports to the hub as a tracking node does: calls of accept.lua with many reports each, over one connection that waits for each answer.</summary>
internal sealed class AcceptFeed : IDisposable
{
    private const int KeysAhead = 5;
    private const int ArgumentsAhead = 5;

    /// <summary>Most fixes of a report here.</summary>
    public const int MostFixes = 10;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Func<int, long, (double Lat, double Lng)> _place;
    private readonly string _script;
    private readonly byte[] _historyKey = Encoding.ASCII.GetBytes(HubKeys.History(0));
    private readonly byte[][] _drivers;
    private readonly byte[][] _slots;
    private readonly byte[][] _tracks;
    private byte[] _out = new byte[1 << 20];
    private int _length;
    private readonly byte[] _in = new byte[1 << 16];
    private int _from;
    private int _to;
    private long _batches;

    /// <param name="redisPort">The hub's, on loopback.</param>
    /// <param name="drivers">How many there are.</param>
    /// <param name="place">Where a driver is at a time (Unix ms), in degrees.</param>
    public AcceptFeed(int redisPort, int drivers, Func<int, long, (double Lat, double Lng)> place)
    {
        _place = place;
        _socket.Connect("127.0.0.1", redisPort);
        var names = Enumerable.Range(0, drivers).Select(i => Protocol.DriverId.Parse(FormattableString.Invariant($"driver-{i:000000}"))).ToList();
        _drivers = [.. names.Select(name => Encoding.ASCII.GetBytes(name.Value))];
        _slots = [.. names.Select(name => Encoding.ASCII.GetBytes(HubKeys.Slot(0, name)))];
        _tracks = [.. names.Select(name => Encoding.ASCII.GetBytes(HubKeys.Track(0, name)))];
        // The very script of the node, from the sources beside this program.
        Begin(3);
        Part("SCRIPT"u8);
        Part("LOAD"u8);
        Part(File.ReadAllBytes(Path.Combine(Repository.Root, "services", "RideTracker.Tracking", "Hub", "accept.lua")));
        Send();
        _script = Encoding.ASCII.GetString(Bulk());
    }

    /// <summary>Gives a batch of reports, and returns how many of their fixes the hub accepted; those that it knew are no part of it.</summary>
    /// <param name="fixes">Of each report the driver, its newest fix, and how many it has: one a second.</param>
    /// <exception cref="LoadTestException">The history is full: what comes now is not settled.</exception>
    public int Report(ReadOnlySpan<(int Driver, DriverFix Fix, int Count)> fixes)
    {
        Begin(3 + KeysAhead + 2 * fixes.Length + ArgumentsAhead + 10 * fixes.Length);
        Part("EVALSHA"u8);
        Part(Encoding.ASCII.GetBytes(_script));
        Part(KeysAhead + 2 * fixes.Length);
        Part(Encoding.ASCII.GetBytes(HubKeys.Geo(0)));
        Part(Encoding.ASCII.GetBytes(HubKeys.Heard(0)));
        Part(_historyKey);
        Part(Encoding.ASCII.GetBytes(HubKeys.HistoryBytes(0)));
        Part(Encoding.ASCII.GetBytes(HubKeys.Arrivals(0)));
        foreach (var (driver, _, _) in fixes)
        {
            Part(_slots[driver]);
            Part(_tracks[driver]);
        }

        Part(Encoding.ASCII.GetBytes(FormattableString.Invariant($"load-{++_batches}")));
        Part(512L * 1024 * 1024);
        Part(10_000);
        Part(3);
        // What counts as arrived; none of these drivers has a trip.
        Part("60,8,75,3,400"u8);
        Span<byte> text = stackalloc byte[FixText.MaxLength];
        Span<byte> place = stackalloc byte[FixText.MaxPlaceLength];
        Span<byte> allText = stackalloc byte[MostFixes * FixText.MaxLength];
        Span<byte> allPlaces = stackalloc byte[MostFixes * FixText.MaxPlaceLength];
        Span<byte> cell = stackalloc byte[Cell.Length];
        foreach (var (driver, fix, count) in fixes)
        {
            var fixText = text[..FixText.Write(in fix, text)];
            var placeText = place[..FixText.WritePlace(in fix, place)];
            Cell.Write(fix.Latitude, fix.Longitude, cell);
            var coordinates = placeText[(placeText.IndexOf((byte)',') + 1)..^1];
            var comma = coordinates.IndexOf((byte)',');
            Part(_drivers[driver]);
            Part(fix.FixTimeMs - 1_000 * (count - 1));
            Part(fix.FixTimeMs);
            Part(count);
            Part(cell);
            Part(coordinates[..comma]);
            Part(coordinates[(comma + 1)..]);
            Part(fixText);
            int textLength = 0, placesLength = 0;
            for (var i = count - 1; i >= 0; i--)
            {
                var time = fix.FixTimeMs - 1_000 * i;
                var (lat, lng) = _place(driver, time);
                var one = new DriverFix(time, lat, lng) { AccuracyMeters = fix.AccuracyMeters, SpeedMps = fix.SpeedMps, HeadingDegrees = fix.HeadingDegrees };
                textLength += FixText.Write(in one, allText[textLength..]);
                placesLength += FixText.WritePlace(in one, allPlaces[placesLength..]);
            }

            Part(allText[..textLength]);
            Part(allPlaces[..placesLength]);
        }

        Send();
        return Accepted(fixes.Length);
    }

    /// <summary>Puts the newest element into the queue once more, as it stands there after a restore of Redis from an older state.</summary>
    public void RepeatNewest()
    {
        Begin(5);
        Part("EVAL"u8);
        Part("local e = redis.call('LINDEX', KEYS[1], -1) if not e then return 0 end redis.call('RPUSH', KEYS[1], e) redis.call('INCRBY', KEYS[2], #e) return 1"u8);
        Part(2);
        Part(_historyKey);
        Part(Encoding.ASCII.GetBytes(HubKeys.HistoryBytes(0)));
        Send();
        Header(':');
    }

    /// <summary>Elements and bytes that wait in the queue.</summary>
    public (long Elements, long Bytes) Waiting()
    {
        Begin(2);
        Part("LLEN"u8);
        Part(_historyKey);
        Send();
        var elements = Header(':');
        Begin(4);
        Part("EVAL"u8);
        Part("return tonumber(redis.call('GET', KEYS[1]) or 0)"u8);
        Part(1);
        Part(Encoding.ASCII.GetBytes(HubKeys.HistoryBytes(0)));
        Send();
        return (elements, Header(':'));
    }

    public void Dispose() => _socket.Dispose();

    // For each report accepted, duplicates, newest time (a text), on a trip; then whether the history was full.
    private int Accepted(int reports)
    {
        if (Header('*') != 4 * reports + 1) throw new LoadTestException(ExitCodes.Void, "accept.lua answered something else than it is known to.");
        long accepted = 0;
        for (var i = 0; i < reports; i++)
        {
            accepted += Header(':');
            Header(':');
            Bulk();
            Header(':');
        }

        return Header(':') == 0 ? (int)accepted : throw new LoadTestException(ExitCodes.Missed, "The history is full: Records is too slow for this rate.");
    }

    private void Begin(int parts)
    {
        _length = 0;
        Raw("*"u8);
        Digits(parts);
        Raw("\r\n"u8);
    }

    private void Part(long number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out var length);
        Part(digits[..length]);
    }

    private void Part(scoped ReadOnlySpan<byte> value)
    {
        Raw("$"u8);
        Digits(value.Length);
        Raw("\r\n"u8);
        Raw(value);
        Raw("\r\n"u8);
    }

    private void Digits(int number)
    {
        Room(12);
        Utf8Formatter.TryFormat(number, _out.AsSpan(_length), out var length);
        _length += length;
    }

    private void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        Room(bytes.Length);
        bytes.CopyTo(_out.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Room(int bytes)
    {
        if (_out.Length - _length < bytes) Array.Resize(ref _out, Math.Max(2 * _out.Length, _length + bytes));
    }

    private void Send()
    {
        for (var sent = 0; sent < _length;) sent += _socket.Send(_out.AsSpan(sent, _length - sent));
    }

    private ReadOnlySpan<byte> Bulk()
    {
        var length = (int)Header('$');
        while (_to - _from < length + 2) Fill();
        var bulk = _in.AsSpan(_from, length);
        _from += length + 2;
        return bulk;
    }

    private long Header(char kind)
    {
        int end;
        while ((end = _in.AsSpan(_from, _to - _from).IndexOf((byte)'\n')) < 0) Fill();
        var line = _in.AsSpan(_from, end);
        _from += end + 1;
        return line[0] == kind && Utf8Parser.TryParse(line[1..], out long number, out _)
            ? number
            : throw new LoadTestException(ExitCodes.Void, $"Redis answered: {Encoding.UTF8.GetString(line)}");
    }

    private void Fill()
    {
        if (_from > 0)
        {
            _in.AsSpan(_from, _to - _from).CopyTo(_in);
            _to -= _from;
            _from = 0;
        }

        var read = _socket.Receive(_in.AsSpan(_to));
        if (read == 0) throw new LoadTestException(ExitCodes.Void, "Redis closed the connection.");
        _to += read;
    }
}
