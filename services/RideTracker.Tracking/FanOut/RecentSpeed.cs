using RideTracker.Protocol.Geo;

namespace RideTracker.Tracking.FanOut;

/// <summary>How fast a car came on over the last minutes, from its trip's track.</summary>
public static class RecentSpeed
{
    // As many as every node has of a trip, whether it read it just now or has followed it for an hour (HubReader): they must agree.
    private const int MostPlaces = 100;
    private const long LongestMs = 300_000;
    private const long ShortestMs = 60_000;

    // In steps, so that the wandering fixes of a standing car are no drive.
    private const long StepMs = 30_000;

    /// <summary>Metres per second along the track, stops included, over at most its last five minutes; null for a track of less than one.</summary>
    public static double? Of(TripTrack track)
    {
        if (track.Count < 2) return null;
        var newest = track[^1];
        var later = newest;
        var meters = 0.0;
        for (var i = track.Count - 2; i >= Math.Max(0, track.Count - MostPlaces); i--)
        {
            var time = track.FixTimeMs(i);
            if (newest.FixTimeMs - time > LongestMs) break;
            if (later.FixTimeMs - time < StepMs) continue;
            var place = track[i];
            meters += GeoMath.DistanceMeters(place.Latitude, place.Longitude, later.Latitude, later.Longitude);
            later = place;
        }

        var ms = newest.FixTimeMs - later.FixTimeMs;
        return ms < ShortestMs ? null : meters * 1_000 / ms;
    }
}
