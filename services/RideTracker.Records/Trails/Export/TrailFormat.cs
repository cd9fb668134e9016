using System.Buffers;
using Microsoft.Net.Http.Headers;

namespace RideTracker.Records.Trails.Export;

/// <summary>A media type that trails can be had in.</summary>
/// <param name="MediaType">What the client asks for.</param>
/// <param name="ContentType">What it gets.</param>
/// <param name="CreateWriter">Makes the writer of one trail.</param>
internal sealed record TrailFormat(string MediaType, string ContentType, Func<IBufferWriter<byte>, TrailTitle, IFixSink> CreateWriter)
{
    public const string GeoJson = "application/geo+json";
    public const string Gpx = "application/gpx+xml";
    public const string Csv = "text/csv";

    /// <summary>All of them; the first one is given where the client has no wish.</summary>
    public static IReadOnlyList<TrailFormat> All { get; } =
    [
        new(GeoJson, GeoJson, (to, title) => new GeoJsonTrail(to, title)),
        new(Gpx, Gpx, (to, title) => new GpxTrail(to, title)),
        new(Csv, "text/csv; charset=utf-8; header=present", (to, title) => new CsvTrail(to, title)),
    ];

    /// <summary>The one that the client likes best (RFC 9110 section 12.5.1): its most specific range counts, q=0 excludes; null where there is none.</summary>
    public static TrailFormat? Choose(HttpRequest request)
    {
        if (request.Headers.Accept.Count == 0) return All[0];
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var ranges)) return null;
        TrailFormat? best = null;
        var bestQuality = 0.0;
        foreach (var format in All)
        {
            var type = new MediaTypeHeaderValue(format.MediaType);
            var range = ranges.Where(range => type.IsSubsetOf(new MediaTypeHeaderValue(range.MediaType)))
                .MaxBy(range => range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2);
            if (range is null || (range.Quality ?? 1) <= bestQuality) continue;
            best = format;
            bestQuality = range.Quality ?? 1;
        }

        return best;
    }
}

/// <summary>Whose trail it is.</summary>
internal sealed record TrailTitle(string Driver, string? Trip);
