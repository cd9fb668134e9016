using System.Buffers;
using System.IO.Pipelines;

namespace RideTracker.Simulator.Traces;

/// <summary>How traces are written down: the formats that Records exports trails in.</summary>
internal enum TraceFormat
{
    Csv,
    Gpx,
    GeoJson,
}

/// <summary>Tells the format of a file.</summary>
internal static class TraceFormats
{
    private const int MostLookedAt = 4096;

    /// <summary>Chooses by the first character that is no white space, and by the extension of the name where that says nothing. Takes nothing from the file.</summary>
    public static async Task<TraceFormat> ChooseAsync(PipeReader file, string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await file.ReadAsync(cancellationToken).ConfigureAwait(false);
            var first = First(read.Buffer);
            if (first is null && !read.IsCompleted && read.Buffer.Length < MostLookedAt)
            {
                file.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            file.AdvanceTo(read.Buffer.Start);
            return first switch
            {
                (byte)'<' => TraceFormat.Gpx,
                (byte)'{' or (byte)'[' => TraceFormat.GeoJson,
                _ => ByExtension(name),
            };
        }
    }

    private static TraceFormat ByExtension(string name) => Path.GetExtension(name).ToUpperInvariant() switch
    {
        ".GPX" or ".XML" => TraceFormat.Gpx,
        ".GEOJSON" or ".JSON" => TraceFormat.GeoJson,
        _ => TraceFormat.Csv,
    };

    // Byte order marks and the zeros of UTF-16 are passed over: XML may be that.
    private static byte? First(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        reader.AdvancePastAny([0xEF, 0xBB, 0xBF, 0xFE, 0xFF, 0, (byte)' ', (byte)'\t', (byte)'\r', (byte)'\n']);
        return reader.TryPeek(out var first) ? first : null;
    }
}
