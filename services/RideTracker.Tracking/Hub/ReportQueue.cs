using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace RideTracker.Tracking.Hub;

/// <summary>Reports that wait for one partition's thread: bounded, first come first served. Any number of writers, one reader, which blocks.</summary>
internal sealed class ReportQueue(int length)
{
    private readonly Channel<QueuedReport> _reports = Channel.CreateBounded<QueuedReport>(new BoundedChannelOptions(length) { SingleReader = true });
    private readonly object _bell = new();
    private bool _rung;
    // 1: the reader sleeps, or is about to. While it does not, a report costs no system call.
    private int _asleep;
    private volatile bool _completed;

    /// <summary>Adds a report, and waits while there is no room; false if nothing more is taken.</summary>
    public ValueTask<bool> AddAsync(QueuedReport report, CancellationToken cancellationToken)
    {
        if (!_reports.Writer.TryWrite(report)) return AddLaterAsync(report, cancellationToken);
        Ring();
        return new(true);
    }

    /// <summary>Takes the next report, if there is one.</summary>
    public bool TryRead([MaybeNullWhen(false)] out QueuedReport report) => _reports.Reader.TryRead(out report);

    /// <summary>Blocks until there is a report; false once there is none and nothing more comes.</summary>
    public bool WaitToRead()
    {
        while (true)
        {
            // Whoever adds after this rings; what was added before it is seen by the look that follows.
            Interlocked.Exchange(ref _asleep, 1);
            var completed = _completed;
            if (_reports.Reader.TryPeek(out _))
            {
                Volatile.Write(ref _asleep, 0);
                return true;
            }

            if (completed) return false;
            lock (_bell)
            {
                while (!_rung) Monitor.Wait(_bell);
                _rung = false;
            }
        }
    }

    /// <summary>Nothing more is taken; what waits can still be read.</summary>
    public void Complete()
    {
        _reports.Writer.TryComplete();
        _completed = true;
        Wake();
    }

    private async ValueTask<bool> AddLaterAsync(QueuedReport report, CancellationToken cancellationToken)
    {
        try
        {
            await _reports.Writer.WriteAsync(report, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            return false;
        }

        Ring();
        return true;
    }

    private void Ring()
    {
        if (Volatile.Read(ref _asleep) == 1 && Interlocked.Exchange(ref _asleep, 0) == 1) Wake();
    }

    private void Wake()
    {
        lock (_bell)
        {
            _rung = true;
            Monitor.Pulse(_bell);
        }
    }
}
