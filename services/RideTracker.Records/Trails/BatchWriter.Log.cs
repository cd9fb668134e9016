namespace RideTracker.Records.Trails;

internal sealed partial class BatchWriter
{
    [LoggerMessage(611, LogLevel.Warning, "A batch of {Rows} fixes failed and is written in halves: {Failure}")]
    private partial void LogSplit(int rows, string failure);

    [LoggerMessage(612, LogLevel.Error, "A fix was put aside into dead_fixes as {Kind}")]
    private partial void LogPutAside(Exception failure, string kind);
}
