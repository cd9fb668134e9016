using System.IO.Pipelines;

namespace RideTracker.Tracking.Hosting.Handover;

/// <summary>The connection's input as the HTTP server sees it: at its end from the handover on.</summary>
internal sealed class HandoverReader(PipeReader input) : PipeReader
{
    private bool _over;

    public void HandOver() => _over = true;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => _over ? new(Nothing) : input.ReadAsync(cancellationToken);

    public override bool TryRead(out ReadResult result)
    {
        if (!_over) return input.TryRead(out result);
        result = Nothing;
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed)
    {
        if (!_over) input.AdvanceTo(consumed);
    }

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!_over) input.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead()
    {
        if (!_over) input.CancelPendingRead();
    }

    public override void Complete(Exception? exception = null)
    {
        if (!_over) input.Complete(exception);
    }

    protected override ValueTask<ReadResult> ReadAtLeastAsyncCore(int minimumSize, CancellationToken cancellationToken) =>
        _over ? new(Nothing) : input.ReadAtLeastAsync(minimumSize, cancellationToken);

    private static ReadResult Nothing => new(default, isCanceled: false, isCompleted: true);
}
