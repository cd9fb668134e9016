using System.IO.Pipelines;

namespace RideTracker.Simulator.Traces;

/// <summary>Recorded traces, as read from a file of one of the <see cref="TraceFormat"/>s.</summary>
internal sealed class TraceFile
{
    /// <summary>One entry per driver, in the order of the file.</summary>
    public required IReadOnlyList<DriverDay> Days { get; init; }

    /// <summary>Rows below the header of a CSV, or points; skipped and bad ones included.</summary>
    public required long Rows { get; init; }

    /// <summary>What is in the file and is no fix: waypoints, points without time.</summary>
    public required long Skipped { get; init; }

    /// <summary>The first of the bad rows, as "file:line: what is wrong".</summary>
    public required IReadOnlyList<string> BadRows { get; init; }

    public required long BadRowCount { get; init; }

    /// <summary>Reads a file piece by piece: what is kept of it is 24 bytes a fix.</summary>
    /// <param name="skipBadRows">Count bad rows instead of stopping at the first.</param>
    /// <exception cref="SimulatorException">The file can't be read, or a row is bad: names file and line or element.</exception>
    public static async Task<TraceFile> ReadAsync(string path, bool skipBadRows, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileStream(path, new FileStreamOptions { Options = FileOptions.SequentialScan | FileOptions.Asynchronous });
            await using (file.ConfigureAwait(false))
                return await ReadAsync(file, path, skipBadRows, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SimulatorException(ExitCodes.BadFile, $"{path}: can't be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a stream that is called <paramref name="name"/> in errors.</summary>
    internal static async Task<TraceFile> ReadAsync(Stream stream, string name, bool skipBadRows, CancellationToken cancellationToken)
    {
        var file = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        try
        {
            var traces = new TraceBuilder(name, skipBadRows);
            var read = await TraceFormats.ChooseAsync(file, name, cancellationToken).ConfigureAwait(false) switch
            {
                TraceFormat.Gpx => GpxTrace.ReadAsync(file, traces, cancellationToken),
                TraceFormat.GeoJson => GeoJsonTrace.ReadAsync(file, traces, cancellationToken),
                _ => CsvTrace.ReadAsync(file, traces, cancellationToken),
            };
            await read.ConfigureAwait(false);
            return traces.Build();
        }
        finally
        {
            await file.CompleteAsync().ConfigureAwait(false);
        }
    }
}
