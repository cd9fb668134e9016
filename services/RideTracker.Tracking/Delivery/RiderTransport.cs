using RideTracker.Tracking.FanOut;

namespace RideTracker.Tracking.Delivery;

/// <summary>Writes a stream's parts in the form of one transport. One caller at a time; each call ends when the client's connection took it.</summary>
public abstract class RiderTransport(RiderStream stream, RiderStreams streams)
{
    protected RiderStream Stream => stream;

    protected RiderStreams Streams => streams;

    /// <summary>Begins the answer, with the first state or a sign of life.</summary>
    public abstract ValueTask OpenAsync(StateFrame? first, CancellationToken cancellationToken);

    public ValueTask WriteAsync(StateFrame frame, CancellationToken cancellationToken) => Timed(WriteStateAsync(frame, cancellationToken));

    public ValueTask AliveAsync(CancellationToken cancellationToken) => Timed(WriteAliveAsync(cancellationToken));

    public ValueTask PongAsync(byte[] value, CancellationToken cancellationToken) => Timed(WritePongAsync(value, cancellationToken));

    /// <summary>Says why the stream ends, if there is something to say, and ends it.</summary>
    public abstract Task CloseAsync(Goodbye goodbye, CancellationToken cancellationToken);

    protected abstract ValueTask WriteStateAsync(StateFrame frame, CancellationToken cancellationToken);

    protected abstract ValueTask WriteAliveAsync(CancellationToken cancellationToken);

    protected virtual ValueTask WritePongAsync(byte[] value, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    // Only a write that waits for the client is watched by the clock.
    protected ValueTask Timed(ValueTask write) => write.IsCompletedSuccessfully ? write : WaitAsync(write);

    private async ValueTask WaitAsync(ValueTask write)
    {
        stream.WritingSinceMs = streams.NowMs;
        streams.Schedule(stream);
        await write;
        stream.WritingSinceMs = 0;
    }
}
