using RideTracker.Tracking.FanOut;

namespace RideTracker.Tracking.Delivery;

/// <summary>Writes a stream's parts in the form of one transport. One caller at a time; each call ends when the client's connection took it, or broke: writes take no token, since it would be registered for each.</summary>
public abstract class RiderTransport(RiderStream stream, RiderStreams streams)
{
    protected RiderStream Stream => stream;

    protected RiderStreams Streams => streams;

    /// <summary>Begins the answer, with the first state or a sign of life.</summary>
    public abstract ValueTask OpenAsync(StateFrame? first, CancellationToken cancellationToken);

    public ValueTask WriteAsync(StateFrame frame) => Timed(WriteStateAsync(frame));

    public ValueTask AliveAsync() => Timed(WriteAliveAsync());

    public ValueTask PongAsync(byte[] value) => Timed(WritePongAsync(value));

    /// <summary>Says why the stream ends, if there is something to say, and ends it.</summary>
    public abstract Task CloseAsync(Goodbye goodbye, CancellationToken cancellationToken);

    protected abstract ValueTask WriteStateAsync(StateFrame frame);

    protected abstract ValueTask WriteAliveAsync();

    protected virtual ValueTask WritePongAsync(byte[] value) => ValueTask.CompletedTask;

    // Only a write that waits for the client is watched by the clock.
    protected ValueTask Timed(ValueTask write) => write.IsCompletedSuccessfully ? write : WaitAsync(write);

    private async ValueTask WaitAsync(ValueTask write)
    {
        stream.WritingSinceMs = streams.NowMs;
        streams.Schedule(stream);
        try
        {
            await write;
        }
        finally
        {
            stream.WritingSinceMs = 0;
        }
    }
}
