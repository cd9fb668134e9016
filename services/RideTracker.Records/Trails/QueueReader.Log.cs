namespace RideTracker.Records.Trails;

internal sealed partial class QueueReader
{
    [LoggerMessage(601, LogLevel.Warning, "The queue of fixes waits, next try in {Delay}: {Failure}")]
    private partial void LogTrouble(string failure, TimeSpan delay);

    [LoggerMessage(602, LogLevel.Error, "The queue of fixes waits, next try in {Delay}")]
    private partial void LogBug(Exception failure, TimeSpan delay);

    [LoggerMessage(603, LogLevel.Information, "The queue of partition {Partition} was changed by another reader or a restored hub; it is read again")]
    private partial void LogMoved(int partition);
}
