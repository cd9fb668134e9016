using System.Buffers;
using System.Globalization;
using System.Text;
using RideTracker.Protocol.Trips;

namespace RideTracker.Tracking.FanOut;

/// <summary>How a state is written for one client or for all.</summary>
/// <param name="SinceNumber">For the first state after a resume: the number that the client has; <c>path</c> goes back to it. Otherwise null.</param>
/// <param name="Reset">The client's cursor could not be placed.</param>
/// <param name="ShownFixTimeMs">The fix time that the client has seen: an earlier position is left out.</param>
public readonly record struct TripStateForm(long? SinceNumber, bool Reset, long ShownFixTimeMs)
{
    public static TripStateForm ForAll { get; } = new(null, false, 0);
}

/// <summary>Writes a trip's state as the JSON of protocol.md section 3. All texts in it are ids, words or JSON already, so nothing needs escaping here.</summary>
public sealed class TripStateWriter(int pathSeconds, int pathPoints, int resumePathPoints)
{
    public void Write(IBufferWriter<byte> to, TripState state, string cursor, RouteProgress? progress, in TripStateForm form)
    {
        Text(to, "{\"cursor\":\""u8);
        Text(to, cursor);
        Text(to, "\",\"trip\":\""u8);
        Text(to, state.Trip.Value);
        Text(to, "\",\"status\":\""u8);
        Text(to, state.Status.ToWire());
        Text(to, "\",\"version\":"u8);
        Number(to, state.Version);
        var newest = state.Newest is { } fix && fix.FixTimeMs >= form.ShownFixTimeMs ? state.Newest : null;
        if (newest is { } shown)
        {
            Text(to, ",\"vehicle\":{\"lat\":"u8);
            Number(to, shown.Latitude, "0.#######");
            Text(to, ",\"lng\":"u8);
            Number(to, shown.Longitude, "0.#######");
            if (shown.HeadingDegrees is { } heading)
            {
                Text(to, ",\"heading\":"u8);
                Number(to, heading, "0.#");
            }

            if (shown.SpeedMps is { } speed)
            {
                Text(to, ",\"speed\":"u8);
                Number(to, speed, "0.##");
            }

            if (shown.AccuracyMeters is { } accuracy)
            {
                Text(to, ",\"accuracy\":"u8);
                Number(to, accuracy, "0.#");
            }

            Text(to, ",\"time\":"u8);
            Number(to, shown.FixTimeMs);
            Text(to, "}"u8);
        }

        Text(to, ",\"path\":["u8);
        if (newest is { } end) Path(to, state, end.FixTimeMs, form);
        Text(to, "],\"stale\":"u8);
        Text(to, state.Stale || state.LocallyStale ? "true"u8 : "false"u8);
        if (state.LastHeardMs > 0)
        {
            Text(to, ",\"lastHeard\":"u8);
            Number(to, state.LastHeardMs);
        }

        if (newest is { } here && progress?.Remaining(here.Latitude, here.Longitude) is { } left)
        {
            Text(to, ",\"eta\":{\"seconds\":"u8);
            Number(to, (long)Math.Round(left.Seconds));
            Text(to, ",\"distance\":"u8);
            Number(to, (long)Math.Round(left.Meters));
            Text(to, "}"u8);
        }

        if (state.Shared.Length > 0)
        {
            Text(to, ","u8);
            Text(to, state.Shared);
        }

        Text(to, ",\"nextUpdateMs\":"u8);
        Number(to, state.IntervalMs == 0 ? 1_000 : Math.Clamp(state.IntervalMs, 100, 120_000));
        if (form.Reset) Text(to, ",\"reset\":true"u8);
        Text(to, "}"u8);
    }

    private void Path(IBufferWriter<byte> to, TripState state, long newestTimeMs, in TripStateForm form)
    {
        var track = state.Track;
        var most = form.SinceNumber is null ? pathPoints : resumePathPoints;
        var from = track.Count;
        // After a resume: all that the client has not seen, and in any case what everybody gets.
        while (from > 0 && track.Count - from < most
            && (track[from - 1].Number > form.SinceNumber
                || (track[from - 1].FixTimeMs > newestTimeMs - pathSeconds * 1000L && track.Count - from < pathPoints))) from--;
        for (var i = from; i < track.Count; i++)
        {
            Text(to, i == from ? "["u8 : ",["u8);
            Number(to, track[i].Longitude, "0.#######");
            Text(to, ","u8);
            Number(to, track[i].Latitude, "0.#######");
            Text(to, ","u8);
            Number(to, track[i].FixTimeMs);
            Text(to, "]"u8);
        }
    }

    private static void Text(IBufferWriter<byte> to, ReadOnlySpan<byte> text) => to.Write(text);

    private static void Text(IBufferWriter<byte> to, string text) => to.Advance(Encoding.ASCII.GetBytes(text, to.GetSpan(text.Length)));

    private static void Number(IBufferWriter<byte> to, long value)
    {
        value.TryFormat(to.GetSpan(20), out var written, default, CultureInfo.InvariantCulture);
        to.Advance(written);
    }

    private static void Number(IBufferWriter<byte> to, double value, string format)
    {
        value.TryFormat(to.GetSpan(32), out var written, format, CultureInfo.InvariantCulture);
        to.Advance(written);
    }
}
