using System.Buffers.Text;
using System.Text;
using RideTracker.Protocol.Fixes;
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

/// <summary>
/// Encodes a trip's states as the JSON of protocol.md section 3, without allocating. All texts in it are ids, words or JSON already, so nothing
/// needs escaping here.
/// </summary>
public sealed class TripStateWriter(StateFramePool pool, int pathSeconds, int pathPoints, int resumePathPoints, TimeProvider? time = null)
{
    // All members but the trip's own and the path, with every number at its longest.
    private const int MostFixedBytes = 1_024;
    private const int MostPlaceBytes = 2 * DecimalText.MaxLength + 24;

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    public StateFrame Encode(TripState state, uint tag, RouteProgress? progress, in TripStateForm form)
    {
        var most = form.SinceNumber is null ? pathPoints : resumePathPoints;
        var frame = pool.Rent();
        var place = frame.Begin(
            StateFrame.Overhead(Cursor.MaxLength) + MostFixedBytes + state.Shared.Length + Math.Min(most, state.Track.Count) * MostPlaceBytes, Cursor.MaxLength);
        // A position that the client must not see is not in its cursor either: the one that it has seen stays there.
        var own = state.Cursor(tag);
        var cursorLength = (own with { FixTimeMs = Math.Max(own.FixTimeMs, form.ShownFixTimeMs) }).Write(place);
        var json = new JsonText(frame.BeginJson(cursorLength));
        Write(ref json, state, frame.CursorText, progress, in form, most);
        frame.End(json.Length, state.Number, state.Newest?.FixTimeMs ?? 0, state.Over ? state.Status == TripStatus.Canceled ? "trip-canceled" : "trip-complete" : null);
        return frame;
    }

    private void Write(ref JsonText to, TripState state, ReadOnlySpan<byte> cursor, RouteProgress? progress, in TripStateForm form, int mostPoints)
    {
        to.Text("{\"cursor\":\""u8);
        to.Text(cursor);
        to.Text("\",\"trip\":\""u8);
        to.Text(state.Trip.Value);
        to.Text("\",\"status\":\""u8);
        to.Text(state.Status.ToWire());
        to.Text("\",\"version\":"u8);
        to.Number(state.Version);
        var newest = state.Newest is { } fix && fix.FixTimeMs >= form.ShownFixTimeMs ? state.Newest : null;
        if (newest is { } shown) Vehicle(ref to, in shown);
        to.Text(",\"path\":["u8);
        if (newest is { } end) Path(ref to, state, end.FixTimeMs, in form, mostPoints);
        to.Text("],\"stale\":"u8);
        to.Text(state.Stale || state.LocallyStale ? "true"u8 : "false"u8);
        if (state.LastHeardMs > 0)
        {
            to.Text(",\"lastHeard\":"u8);
            to.Number(state.LastHeardMs);
        }

        if (newest is not null && state.Left(progress) is { } left) Eta(ref to, left.Seconds, left.Meters);
        else if (state.Eta is { } queued) Eta(ref to, Math.Max(0, (queued.ArrivesAtMs - _time.GetUtcNow().ToUnixTimeMilliseconds()) / 1000.0), queued.DistanceMeters);

        if (state.Shared.Length > 0)
        {
            to.Text(","u8);
            to.Text(state.Shared);
        }

        to.Text(",\"nextUpdateMs\":"u8);
        to.Number(state.IntervalMs == 0 ? 1_000 : Math.Clamp(state.IntervalMs, 100, 120_000));
        if (form.Reset) to.Text(",\"reset\":true"u8);
        to.Text("}"u8);
    }

    private static void Eta(ref JsonText to, double seconds, double meters)
    {
        to.Text(",\"eta\":{\"seconds\":"u8);
        to.Number((long)Math.Round(seconds));
        to.Text(",\"distance\":"u8);
        to.Number((long)Math.Round(meters));
        to.Text("}"u8);
    }

    private static void Vehicle(ref JsonText to, in DriverFix shown)
    {
        to.Text(",\"vehicle\":{\"lat\":"u8);
        to.Number(shown.Latitude, 7);
        to.Text(",\"lng\":"u8);
        to.Number(shown.Longitude, 7);
        if (shown.HeadingDegrees is { } heading)
        {
            to.Text(",\"heading\":"u8);
            to.Number(heading, 1);
        }

        if (shown.SpeedMps is { } speed)
        {
            to.Text(",\"speed\":"u8);
            to.Number(speed, 2);
        }

        if (shown.AccuracyMeters is { } accuracy)
        {
            to.Text(",\"accuracy\":"u8);
            to.Number(accuracy, 1);
        }

        to.Text(",\"time\":"u8);
        to.Number(shown.FixTimeMs);
        to.Text("}"u8);
    }

    private void Path(ref JsonText to, TripState state, long newestTimeMs, in TripStateForm form, int most)
    {
        var track = state.Track;
        var from = track.Count;
        // After a resume: all that the client has not seen, and in any case what everybody gets.
        for (; from > 0 && track.Count - from < most; from--)
        {
            var point = track[from - 1];
            var unseen = point.Number > form.SinceNumber;
            var recent = point.FixTimeMs > newestTimeMs - pathSeconds * 1000L && track.Count - from < pathPoints;
            if (!unseen && !recent) break;
        }

        for (var i = from; i < track.Count; i++)
        {
            var point = track[i];
            to.Text(i == from ? "["u8 : ",["u8);
            to.Number(point.Longitude, 7);
            to.Text(","u8);
            to.Number(point.Latitude, 7);
            to.Text(","u8);
            to.Number(point.FixTimeMs);
            to.Text("]"u8);
        }
    }

    /// <summary>Writes to a span that is large enough.</summary>
    private ref struct JsonText(Span<byte> to)
    {
        private readonly Span<byte> _to = to;

        public int Length { get; private set; }

        public void Text(ReadOnlySpan<byte> text)
        {
            text.CopyTo(_to[Length..]);
            Length += text.Length;
        }

        public void Text(string text) => Length += Encoding.ASCII.GetBytes(text, _to[Length..]);

        public void Number(long value)
        {
            Utf8Formatter.TryFormat(value, _to[Length..], out var written);
            Length += written;
        }

        public void Number(double value, int decimals) => Length += DecimalText.Write(value, decimals, _to[Length..]);
    }
}
