using System.Buffers;
using System.Globalization;
using System.Text;

namespace RideTracker.Tracking.FanOut;

/// <summary>
/// Names one picture of one viewport for one audience, the same on every node: <c>TAG-HASH</c>. HASH is the sum of the vehicles' keyed hashes, so it
/// needs no order and nothing stored; equal or not equal is all that can be said of two.
/// </summary>
public readonly record struct ViewportCursor(uint Tag, ulong Hash)
{
    public static bool TryParse(ReadOnlySpan<char> text, out ViewportCursor cursor)
    {
        cursor = default;
        if (text.Length != 25 || text[8] != '-'
            || !uint.TryParse(text[..8], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var tag)
            || !ulong.TryParse(text[9..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash)) return false;
        cursor = new ViewportCursor(tag, hash);
        return true;
    }

    public static ViewportCursor Of(uint tag, IEnumerable<SeenVehicle> vehicles)
    {
        // The start keeps an empty viewport from being named by zeros.
        var sum = 0x9E3779B97F4A7C15ul;
        foreach (var vehicle in vehicles) sum += vehicle.Hash;
        return new ViewportCursor(tag, sum);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Tag:x8}-{Hash:x16}");
}

/// <summary>Encodes viewport states as the JSON of protocol.md section 3: whole, or what changed since what a client has.</summary>
public static class ViewportFrames
{
    /// <summary>Everything; replaces what the client has.</summary>
    public static StateFrame Whole(ViewportCursor cursor, IEnumerable<SeenVehicle> vehicles, bool reset) =>
        Encode(cursor, vehicles, [], whole: true, reset);

    /// <summary>What is new, changed or gone since the client's picture; null if nothing is.</summary>
    public static StateFrame? Changes(ViewportCursor cursor, IReadOnlyDictionary<string, SeenVehicle> before, IReadOnlyDictionary<string, SeenVehicle> now)
    {
        var changed = new List<SeenVehicle>();
        foreach (var vehicle in now.Values)
            if (!before.TryGetValue(vehicle.Id, out var known) || known.Hash != vehicle.Hash) changed.Add(vehicle);
        var gone = before.Keys.Where(id => !now.ContainsKey(id)).ToList();
        return changed.Count == 0 && gone.Count == 0 ? null : Encode(cursor, changed, gone, whole: false, reset: false);
    }

    private static StateFrame Encode(ViewportCursor cursor, IEnumerable<SeenVehicle> vehicles, IEnumerable<string> gone, bool whole, bool reset)
    {
        var name = cursor.ToString();
        return StateFrame.Encode(name, to =>
        {
            Text(to, "{\"cursor\":\"");
            Text(to, name);
            Text(to, whole ? "\",\"whole\":true,\"vehicles\":[" : "\",\"vehicles\":[");
            var first = true;
            foreach (var vehicle in vehicles)
            {
                Text(to, first ? "{\"id\":\"" : ",{\"id\":\"");
                first = false;
                Text(to, vehicle.Id);
                Text(to, "\",\"lat\":");
                Number(to, vehicle.Latitude, "0.#######");
                Text(to, ",\"lng\":");
                Number(to, vehicle.Longitude, "0.#######");
                if (vehicle.HeadingDegrees is { } heading)
                {
                    Text(to, ",\"heading\":");
                    Number(to, heading, "0.#");
                }

                if (vehicle.SpeedMps is { } speed)
                {
                    Text(to, ",\"speed\":");
                    Number(to, speed, "0.##");
                }

                Text(to, ",\"time\":");
                Number(to, vehicle.TimeMs, "0");
                Text(to, vehicle.Busy ? ",\"status\":\"busy\"" : ",\"status\":\"idle\"");
                Text(to, vehicle.Stale ? ",\"stale\":true}" : "}");
            }

            Text(to, "],\"gone\":[");
            first = true;
            foreach (var id in gone)
            {
                Text(to, first ? "\"" : ",\"");
                first = false;
                Text(to, id);
                Text(to, "\"");
            }

            Text(to, reset ? "],\"reset\":true}" : "]}");
        });
    }

    private static void Text(IBufferWriter<byte> to, string text) => to.Advance(Encoding.ASCII.GetBytes(text, to.GetSpan(text.Length)));

    private static void Number(IBufferWriter<byte> to, double value, string format)
    {
        value.TryFormat(to.GetSpan(32), out var written, format, CultureInfo.InvariantCulture);
        to.Advance(written);
    }
}
