using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using RideTracker.Protocol.Geo;

namespace RideTracker.Tracking.FanOut;

/// <summary>A vehicle as one kind of caller may see it.</summary>
/// <param name="Id">The driver's id, or an anonymous one.</param>
/// <param name="Latitude">Degrees.</param>
/// <param name="Longitude">Degrees.</param>
/// <param name="HeadingDegrees">Course, if known.</param>
/// <param name="SpeedMps">Speed, if known.</param>
/// <param name="TimeMs">Fix time (Unix ms).</param>
/// <param name="Busy">It is on a trip.</param>
/// <param name="Stale">It is silent.</param>
/// <param name="Hash">Keyed hash of (id, number, status, stale): what makes two pictures of it equal.</param>
public readonly record struct SeenVehicle(
    string Id, double Latitude, double Longitude, float? HeadingDegrees, float? SpeedMps, long TimeMs, bool Busy, bool Stale, ulong Hash);

/// <summary>Shows vehicles as a kind of caller may see them: everything to dispatchers, idle cars without a name to riders.</summary>
/// <param name="anonymous">Riders.</param>
/// <param name="hideAfterDropoffMs">How long a car stays hidden from riders after a drop-off.</param>
/// <param name="secret">The hub's secret, the same on every node.</param>
public sealed class Audience(bool anonymous, long hideAfterDropoffMs, byte[] secret)
{
    private const long HourMs = 3_600_000;

    public bool Anonymous => anonymous;

    /// <summary>Decimals of the degrees that it is shown.</summary>
    public int ShownDecimals => anonymous ? 4 : 7;

    /// <summary>The vehicle as this audience sees it at a time, or null if it must not.</summary>
    public SeenVehicle? See(Vehicle vehicle, long nowMs)
    {
        if (anonymous && !MaySee(vehicle.Busy, vehicle.DroppedOffMs, nowMs)) return null;
        var fix = vehicle.Newest;
        if (!anonymous) return Seen(vehicle, vehicle.Driver.Value, fix.Latitude, fix.Longitude, fix.FixTimeMs);
        return Seen(vehicle, AnonymousId(vehicle, nowMs), Math.Round(fix.Latitude, ShownDecimals), Math.Round(fix.Longitude, ShownDecimals), fix.FixTimeMs / 1000 * 1000);
    }

    /// <summary>Whether a rider may see a car in this state.</summary>
    public bool MaySee(bool busy, long droppedOffMs, long nowMs) => !anonymous || (!busy && nowMs - droppedOffMs >= hideAfterDropoffMs);

    /// <summary>Whether this audience finds the vehicle in a box: by the place that it is shown.</summary>
    public static bool IsIn(in SeenVehicle vehicle, in GeoBox box) => box.Contains(vehicle.Latitude, vehicle.Longitude);

    private SeenVehicle Seen(Vehicle vehicle, string id, double lat, double lng, long time)
    {
        Span<byte> text = stackalloc byte[80];
        var length = Encoding.ASCII.GetBytes(id, text);
        BinaryPrimitives.WriteInt64LittleEndian(text[length..], vehicle.Number);
        text[length + 8] = (byte)((vehicle.Busy ? 1 : 0) | (vehicle.Stale ? 2 : 0));
        return new SeenVehicle(id, lat, lng, vehicle.Newest.HeadingDegrees, vehicle.Newest.SpeedMps, time, vehicle.Busy, vehicle.Stale, SipHash.Hash(secret, text[..(length + 9)]));
    }

    // A keyed hash of driver and idle spell that also changes every hour (protocol.md section 1).
    private string AnonymousId(Vehicle vehicle, long nowMs)
    {
        Span<byte> text = stackalloc byte[80];
        var length = Encoding.ASCII.GetBytes(vehicle.Driver.Value, text);
        BinaryPrimitives.WriteInt64LittleEndian(text[length..], vehicle.IdleSinceMs);
        BinaryPrimitives.WriteInt64LittleEndian(text[(length + 8)..], nowMs / HourMs);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, text[..(length + 16)], hash);
        return "v" + Convert.ToHexStringLower(hash[..8]);
    }
}
