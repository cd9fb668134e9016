using System.Buffers.Text;
using System.Text;
using RideTracker.Protocol;

namespace RideTracker.Tracking.FanOut;

/// <summary>What kind of change a hub message tells.</summary>
public enum HubMessageKind
{
    /// <summary>New fixes; carries all that changed.</summary>
    Fixes,

    /// <summary>A trip was assigned, changed or ended: read the slot.</summary>
    Trip,

    /// <summary>The driver turned stale.</summary>
    Stale,

    /// <summary>The driver is out of the geo index.</summary>
    Gone,
}

/// <summary>A message on a driver's or a cell's channel, as accept.lua, slot.lua and silence.lua write it: <c>KIND PREVIOUS NUMBER TRIP DRIVER ...</c>.</summary>
public readonly ref struct HubMessage
{
    private HubMessage(HubMessageKind kind, long previous, long number, ReadOnlySpan<byte> trip, ReadOnlySpan<byte> driver)
    {
        Kind = kind;
        Previous = previous;
        Number = number;
        Trip = trip;
        Driver = driver;
    }

    public HubMessageKind Kind { get; }

    /// <summary>The slot's number before the change: another one than known means that a message was lost.</summary>
    public long Previous { get; }

    public long Number { get; }

    /// <summary>The driver's active trip, or <c>-</c>.</summary>
    public ReadOnlySpan<byte> Trip { get; }

    public ReadOnlySpan<byte> Driver { get; }

    public ReadOnlySpan<byte> Cell { get; private init; }

    /// <summary>When the hub took it (server's clock, Unix ms).</summary>
    public long HeardMs { get; private init; }

    public long IntervalMs { get; private init; }

    /// <summary>The version of the active trip, to notice that its shared part is not the known one.</summary>
    public int TripVersion { get; private init; }

    public long IdleSinceMs { get; private init; }

    public long DroppedOffMs { get; private init; }

    /// <summary>The new fixes as FixText, ascending by time; the last is the newest.</summary>
    public ReadOnlySpan<byte> Fixes { get; private init; }

    public bool Busy => Trip.Length != 1 || Trip[0] != (byte)'-';

    public bool IsOf(TripId trip) => Ascii.Equals(Trip, trip.Value);

    public DriverId DriverId => RideTracker.Protocol.DriverId.Parse(Encoding.ASCII.GetString(Driver));

    /// <summary>Reads a message; false for what none of the scripts wrote.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out HubMessage message)
    {
        message = default;
        var end = text.IndexOf((byte)'\n');
        var head = end < 0 ? text : text[..end];
        var word = Next(ref head);
        if (word.Length != 1) return false;
        HubMessageKind kind;
        switch (word[0])
        {
            case (byte)'f': kind = HubMessageKind.Fixes; break;
            case (byte)'t': kind = HubMessageKind.Trip; break;
            case (byte)'s': kind = HubMessageKind.Stale; break;
            case (byte)'g': kind = HubMessageKind.Gone; break;
            default: return false;
        }

        if (!Number64(ref head, out var previous) || !Number64(ref head, out var number)) return false;
        var trip = Next(ref head);
        var driver = Next(ref head);
        if (trip.IsEmpty || driver.IsEmpty) return false;
        message = new HubMessage(kind, previous, number, trip, driver);
        if (kind != HubMessageKind.Fixes) return true;
        var cell = Next(ref head);
        if (end < 0
            || !Number64(ref head, out var heard) || !Number64(ref head, out var interval) || !Number64(ref head, out var version)
            || !Number64(ref head, out var idle) || !Number64(ref head, out var dropoff)) return false;
        message = new HubMessage(kind, previous, number, trip, driver)
        {
            Cell = cell,
            HeardMs = heard,
            IntervalMs = interval,
            TripVersion = (int)version,
            IdleSinceMs = idle,
            DroppedOffMs = dropoff,
            Fixes = text[(end + 1)..],
        };
        return true;
    }

    private static bool Number64(scoped ref ReadOnlySpan<byte> text, out long value)
    {
        var word = Next(ref text);
        return Utf8Parser.TryParse(word, out value, out var read) && read == word.Length;
    }

    private static ReadOnlySpan<byte> Next(scoped ref ReadOnlySpan<byte> text)
    {
        var space = text.IndexOf((byte)' ');
        var word = space < 0 ? text : text[..space];
        text = space < 0 ? default : text[(space + 1)..];
        return word;
    }
}
